import { expect, it } from 'vitest';
import type { Line } from '../src/journal/journal.ts';
import { heapsOf, memoryUse } from '../src/soak/memory.ts';
import { slopePerMinute } from '../src/soak/slope.ts';

const MIB = 1024 * 1024;

/** One sample per 5 s for ten minutes. */
const samples = (bytesAt: (minute: number) => number) =>
  Array.from({ length: 121 }, (_, index) => ({ at: index * 5_000, bytes: bytesAt(index / 12) }));

it('measures bytes per minute', () => {
  expect(slopePerMinute(samples((minute) => 100 + 7 * minute))).toBeCloseTo(7);
  expect(slopePerMinute([])).toBe(0);
});

it('reports memory that grew only at first as flat, and memory that keeps growing as rising', () => {
  const warmUp = memoryUse(
    'a',
    samples((minute) => 20 * MIB + Math.min(minute, 3) * MIB),
  );
  expect(warmUp).toMatchObject({ first: 20 * MIB, last: 23 * MIB, flat: true });
  expect(
    memoryUse(
      'b',
      samples((minute) => 20 * MIB + minute * MIB),
    ),
  ).toMatchObject({ flat: false });
});

it('returns the heap of each process with enough samples', () => {
  const lines = samples(() => MIB).map(({ at, bytes }): Line => {
    const pid = at < 20_000 ? 1 : 2;
    return { event: 'memory', role: 'worker', heap: bytes, pid, at };
  });
  expect(heapsOf(lines)).toMatchObject([{ name: 'worker 2, heap', flat: true }]);
});
