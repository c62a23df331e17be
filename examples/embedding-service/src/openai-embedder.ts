import {
  failedRequest,
  openEndpoint,
  type EndpointOptions,
} from '@nooble-examples/service-runtime';
import type { OpenAI } from 'openai';
import type { Embedded, Embedder } from './embedder.ts';

/** Any endpoint that speaks OpenAI's embeddings API. */
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
    const request = { model: this.model, input: [...texts], encoding_format: format };
    const { data, usage } = await this.#client.embeddings
      .create(request, { signal })
      .catch(failedRequest);
    const inOrder = data.toSorted((a, b) => a.index - b.index);
    return { vectors: inOrder.map(({ embedding }) => embedding), tokens: usage.total_tokens };
  }
}
