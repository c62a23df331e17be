import { expect, it } from 'vitest';
import { HashingEmbedder } from './hashing-embedder.ts';

const embedder = new HashingEmbedder(512);

async function similarity(a: string, b: string): Promise<number> {
  const { vectors } = await embedder.embed([a, b]);
  const [x = [], y = []] = vectors;
  return x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
}

it('makes vectors of unit length, the same for the same text', async () => {
  const text = 'Each tenant gets its fair share of the workers';
  const { vectors, tokens } = await embedder.embed([text, text]);
  expect(Math.hypot(...(vectors[0] ?? []))).toBeCloseTo(1, 4);
  expect(vectors[0]).toEqual(vectors[1]);
  expect(vectors[0]).toHaveLength(512);
  expect(tokens).toEqual([6, 6]);
});

it('ranks texts that share words, or parts of words, above others', async () => {
  const question = 'How are tenants limited?';
  const same = await similarity(question, 'The limits of a tenant are counted per minute');
  const other = await similarity(question, 'Redis listens on a loopback port');
  expect(same).toBeGreaterThan(other + 0.1);
});

it('gives a text without words the zero vector', async () => {
  const { vectors, tokens } = await embedder.embed(['… !?']);
  expect(vectors[0]?.every((value) => value === 0)).toBe(true);
  expect(tokens).toEqual([0]);
});
