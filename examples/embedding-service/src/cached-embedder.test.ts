import { expect, it } from 'vitest';
import { CachedEmbedder } from './cached-embedder.ts';
import type { Embedder } from './embedder.ts';

it('asks only for texts it has not seen, each once', async () => {
  const asked: string[][] = [];
  const counting: Embedder = {
    model: 'lengths',
    embed: async (texts) => {
      asked.push([...texts]);
      return { vectors: texts.map((text) => [text.length]), tokens: texts.length };
    },
  };
  const cached = new CachedEmbedder(counting, 10);
  const { signal } = new AbortController();
  await cached.embed(['a', 'bb'], { signal });
  const again = await cached.embed(['bb', 'ccc', 'ccc', 'a'], { signal });
  expect(again).toEqual({ vectors: [[2], [3], [3], [1]], tokens: 1 });
  expect(asked).toEqual([['a', 'bb'], ['ccc']]);
});
