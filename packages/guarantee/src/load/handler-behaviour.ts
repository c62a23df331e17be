import { retryLater } from '@nooble/worker';
import type { Journal } from '../journal/journal.ts';
import type { UNSENDABLE_RESULTS, Work } from './actions.ts';

/** Timeout of an action that hangs (ms), and how long its handler ignores the aborted signal. */
export const HANG_TIMEOUT_MS = 200;
const HANG_MS = 1_000;

/** Delay of a throttled first attempt (ms). */
const THROTTLED_MS = 100;

/** Runs the part of a behaviour that comes before the result: hangs, blocks the event loop or throws as throttled. */
export async function runBehaviour(
  behaviour: Work['behaviour'],
  { id, leaseMs, journal }: { id: string; leaseMs: number; journal: Journal },
): Promise<void> {
  if (behaviour === 'hang') await new Promise((resolve) => void setTimeout(resolve, HANG_MS));
  if (behaviour === 'throttle' && journal.isFirst(`throttled-${id}`)) {
    retryLater(THROTTLED_MS, { counts: false });
  }
  // Once only: an action that blocks each of its workers is a dead letter after `maxStalls`, as it should be.
  if (behaviour !== 'block' || !journal.isFirst(`blocked-${id}`)) return;
  const end = performance.now() + 1.5 * leaseMs;
  while (performance.now() < end);
}

/** More than the maximum size of a message. */
const HUGE_BYTES = 1_100_000;

/** Returns a result that no message can carry. */
export function unsendableResult(kind: (typeof UNSENDABLE_RESULTS)[number]): unknown {
  if (kind === 'huge') return 'x'.repeat(HUGE_BYTES);
  if (kind === 'bigint') return { amount: 1n };
  if (kind === 'circular') {
    const circle: Record<string, unknown> = {};
    circle['circle'] = circle;
    return circle;
  }
  return {
    toJSON() {
      throw new Error('This result throws on purpose');
    },
  };
}
