import {
  failedRequest,
  openEndpoint,
  inModelSpan,
  type EndpointOptions,
} from '@nooble-examples/service-runtime';
import type { OpenAI } from 'openai';
import { checkedVectors } from './checked-vectors.ts';
import type { Embedded, Embedder } from './embedder.ts';
import { tokensOf } from './tokens.ts';

/** Embeds texts with any endpoint that supports OpenAI's embeddings API. */
export class OpenAIEmbedder implements Embedder {
  readonly model: string;
  readonly #client: OpenAI;

  constructor({ model, ...endpoint }: EndpointOptions & { readonly model: string }) {
    this.model = model;
    this.#client = openEndpoint(endpoint);
  }

  async embed(
    texts: readonly string[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<Embedded> {
    const format = 'float' as const;
    // Strict endpoints refuse JSON with a lone surrogate.
    const input = texts.map((text) => text.toWellFormed());
    const request = { model: this.model, input, encoding_format: format };
    const answer = await this.#request(request, signal);
    const inOrder = (answer.data ?? []).toSorted((a, b) => a.index - b.index);
    const vectors = checkedVectors(
      inOrder.map(({ embedding }) => embedding),
      texts.length,
    );
    // Some servers omit the usage.
    const tokens = answer.usage?.total_tokens;
    return { vectors, tokens: tokens === undefined ? texts.map(wordsIn) : shares(tokens, texts) };
  }

  async #request(
    request: OpenAI.EmbeddingCreateParams,
    signal: AbortSignal,
  ): Promise<Partial<OpenAI.CreateEmbeddingResponse>> {
    return inModelSpan({ operation: 'embeddings', model: this.model }, async (span) => {
      const answer: Partial<OpenAI.CreateEmbeddingResponse> = await this.#client.embeddings
        .create(request, { signal })
        .catch(failedRequest);
      span.used({ inputTokens: answer.usage?.prompt_tokens });
      return answer;
    });
  }
}

/** Divides the tokens of a request among its texts by length; the shares add up to the total. */
function shares(total: number, texts: readonly string[]): number[] {
  const characters = texts.reduce((sum, text) => sum + text.length, 0) || 1;
  let before = 0;
  return texts.map((text) => {
    const from = Math.round((total * before) / characters);
    before += text.length;
    return Math.round((total * before) / characters) - from;
  });
}

function wordsIn(text: string): number {
  return tokensOf(text).length;
}
