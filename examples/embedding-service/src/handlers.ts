import { generateEmbeddings, validateTexts } from '@nooble-examples/contracts';
import { ValidationError } from '@nooble/errors';
import { ActionProcessor } from '@nooble/worker';
import type { Embedder } from './embedder.ts';
import { tokensOf } from './tokens.ts';

/** Maximum length of a text; models truncate longer texts. */
const MAX_CHARACTERS = 8_000;

/** Returns the handlers of domain `embedding`. */
export function embeddingProcessor(embedder: Embedder): ActionProcessor {
  return new ActionProcessor()
    .register(generateEmbeddings, async ({ data: { texts, model } }, { signal }) => {
      if (model !== undefined && model !== embedder.model) {
        const message = `Model "${model}" is not available; this service has "${embedder.model}"`;
        throw new ValidationError({ what: 'data', issues: [{ path: 'model', message }] });
      }
      const { vectors, tokens } = await embedder.embed(texts, { signal });
      return {
        embeddings: vectors.map((vector) => [...vector]),
        model: embedder.model,
        dimensions: vectors[0]?.length ?? 0,
        total_tokens: tokens.reduce((sum, each) => sum + each, 0),
      };
    })
    .register(validateTexts, ({ data: { texts, model } }) => {
      const problems = texts.flatMap((text, index) =>
        problemsOf(text).map((message) => ({ index, message })),
      );
      if (model !== undefined && model !== embedder.model) {
        problems.push({ index: -1, message: `Model "${model}" is not available` });
      }
      const tokens = texts.reduce((sum, text) => sum + tokensOf(text).length, 0);
      return { valid: problems.length === 0, problems, total_tokens: tokens };
    });
}

function problemsOf(text: string): string[] {
  if (text.trim() === '') return ['It is empty'];
  if (tokensOf(text).length === 0) return ['It has no words'];
  if (text.length > MAX_CHARACTERS) return [`It has more than ${MAX_CHARACTERS} characters`];
  return [];
}
