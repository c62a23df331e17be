import { expect, it } from 'vitest';
import { CachedEmbedder } from './cached-embedder.ts';
import type { Embedder } from './embedder.ts';
import { HashingEmbedder } from './hashing-embedder.ts';

it('requests only unknown texts, each once', async () => {
  const asked: string[][] = [];
  const counting: Embedder = {
    model: 'lengths',
    embed: async (texts) => {
      asked.push([...texts]);
      return { vectors: texts.map((text) => [text.length]), tokens: texts.map(() => 1) };
    },
  };
  const cached = new CachedEmbedder(counting, 10);
  const { signal } = new AbortController();
  await cached.embed(['a', 'bb'], { signal });
  const again = await cached.embed(['bb', 'ccc', 'ccc', 'a'], { signal });
  expect(again).toEqual({ vectors: [[2], [3], [3], [1]], tokens: [1, 1, 1, 1] });
  expect(asked).toEqual([['a', 'bb'], ['ccc']]);
});

it('counts the same tokens for the same texts, whether or not they were embedded before', async () => {
  const cached = new CachedEmbedder(new HashingEmbedder(16), 10);
  const { signal } = new AbortController();
  const texts = ['one fine text', 'another'];
  const first = await cached.embed(texts, { signal });
  expect(await cached.embed(texts, { signal })).toEqual(first);
  expect(first.tokens).toEqual([3, 1]);
});

it('caches nothing of a response with too few vectors', async () => {
  let vectors = [[1]];
  const short: Embedder = {
    model: 'short',
    embed: async (texts) => ({ vectors, tokens: texts.map(() => 1) }),
  };
  const cached = new CachedEmbedder(short, 10);
  const { signal } = new AbortController();
  await expect(cached.embed(['a', 'b'], { signal })).rejects.toThrow('no vector for text 1 of 2');
  vectors = [[2], [3]];
  expect(await cached.embed(['a', 'b'], { signal })).toMatchObject({ vectors });
});
