import { expect, it, vi } from 'vitest';
import { within } from './within.ts';

it('resolves in time and rejects otherwise', async () => {
  expect(await within(1_000, Promise.resolve(7))).toBe(7);
  await expect(within(1, new Promise(() => {}))).rejects.toThrow('No reply within 1 ms');
});

it('accepts limits longer than the maximum of a timer', () => {
  const start = vi.spyOn(globalThis, 'setTimeout');
  for (const limitMs of [2 ** 31, Infinity]) void within(limitMs, Promise.resolve());
  expect(start.mock.calls.map(([, delayMs]) => delayMs)).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
  start.mockRestore();
});
