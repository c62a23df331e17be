import { expect, it } from 'vitest';
import type { Line } from '../src/journal.ts';
import { heapsOf, memoryUse } from '../src/soak/memory.ts';
import { slopePerMinute } from '../src/soak/slope.ts';

const MIB = 1024 * 1024;

/** Ten minutes, a sample each 5 s. */
const samples = (bytesAt: (minute: number) => number) =>
  Array.from({ length: 121 }, (_, index) => ({ at: index * 5_000, bytes: bytesAt(index / 12) }));

it('measures bytes per minute', () => {
  expect(slopePerMinute(samples((minute) => 100 + 7 * minute))).toBeCloseTo(7);
  expect(slopePerMinute([])).toBe(0);
});

it('calls memory flat that grew only at first, and rising where it goes on', () => {
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

it('tells the heap of each process that lived long enough', () => {
  const lines = samples(() => MIB).map(({ at, bytes }): Line => {
    const pid = at < 20_000 ? 1 : 2;
    return { event: 'memory', role: 'worker', heap: bytes, rss: 2 * bytes, pid, at };
  });
  expect(heapsOf(lines)).toMatchObject([{ who: 'worker 2, heap', flat: true }]);
});
