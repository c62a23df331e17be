import type { Line } from '../journal.ts';
import { laterHalf, slopePerMinute, type Sample } from './slope.ts';

/** What one process, or Redis, kept in memory. Bytes. */
export interface MemoryUse {
  readonly who: string;
  readonly first: number;
  readonly last: number;
  readonly perMinute: number;
  readonly flat: boolean;
}

/** Fewer say nothing about a trend. */
const LEAST_SAMPLES = 6;
/** Growth in the later half that is noise: so many bytes, and this part of the whole. */
const NOISE_BYTES = 1024 * 1024;
const NOISE_PART = 0.05;
const MINUTE_MS = 60_000;

/** How the memory of something went. */
export function memoryUse(who: string, samples: readonly Sample[]): MemoryUse {
  const late = laterHalf(samples);
  const [first, last] = [samples[0]?.bytes ?? 0, samples.at(-1)?.bytes ?? 0];
  const perMinute = slopePerMinute(late);
  const minutes = ((late.at(-1)?.at ?? 0) - (late[0]?.at ?? 0)) / MINUTE_MS;
  return {
    who,
    first,
    last,
    perMinute,
    flat: perMinute * minutes <= NOISE_BYTES + NOISE_PART * last,
  };
}

/** The heaps of processes that lived long enough, as they wrote them down. */
export function heapsOf(lines: readonly Line[]): MemoryUse[] {
  const byPid = new Map<number, { role: string; samples: Sample[] }>();
  for (const line of lines) {
    if (line.event !== 'memory') continue;
    const known = byPid.get(line.pid) ?? { role: line.role, samples: [] };
    known.samples.push({ at: line.at, bytes: line.heap });
    byPid.set(line.pid, known);
  }
  return [...byPid]
    .filter(([, { samples }]) => samples.length >= LEAST_SAMPLES)
    .map(([pid, { role, samples }]) => memoryUse(`${role} ${pid}, heap`, samples));
}
