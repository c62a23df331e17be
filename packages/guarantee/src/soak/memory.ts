import type { Line } from '../journal/journal.ts';
import { secondHalf, slopePerMinute, type Sample } from './slope.ts';

/** Memory of one process, or of Redis, in bytes. */
export interface MemoryUse {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly perMinute: number;
  readonly flat: boolean;
}

/** Minimum number of samples for a trend. */
const MIN_SAMPLES = 6;
/** Growth in the second half that counts as noise: this number of bytes, plus this part of the last sample. */
const NOISE_BYTES = 1024 * 1024;
const NOISE_PART = 0.05;
const MINUTE_MS = 60_000;

/** Summarizes samples of one process. */
export function memoryUse(name: string, samples: readonly Sample[]): MemoryUse {
  const late = secondHalf(samples);
  const [first, last] = [samples[0]?.bytes ?? 0, samples.at(-1)?.bytes ?? 0];
  const perMinute = slopePerMinute(late);
  const minutes = ((late.at(-1)?.at ?? 0) - (late[0]?.at ?? 0)) / MINUTE_MS;
  return {
    name,
    first,
    last,
    perMinute,
    flat: perMinute * minutes <= NOISE_BYTES + NOISE_PART * last,
  };
}

/** Returns the heaps of processes that recorded enough samples. */
export function heapsOf(lines: readonly Line[]): MemoryUse[] {
  const byPid = new Map<number, { role: string; samples: Sample[] }>();
  for (const line of lines) {
    if (line.event !== 'memory') continue;
    const known = byPid.get(line.pid) ?? { role: line.role, samples: [] };
    known.samples.push({ at: line.at, bytes: line.heap });
    byPid.set(line.pid, known);
  }
  return [...byPid]
    .filter(([, { samples }]) => samples.length >= MIN_SAMPLES)
    .map(([pid, { role, samples }]) => memoryUse(`${role} ${pid}, heap`, samples));
}
