import { retryLater } from '@nooble/worker';
import type { ODD_RESULTS, Work } from '../actions.ts';
import type { Journal } from '../journal.ts';

/** Timeout of an action that hangs (ms), and how long the handler then stays, deaf to its signal. */
export const HANG_TIMEOUT_MS = 200;
const HANG_MS = 1_000;

/** How long one waits whose first attempt met a limit (ms). */
const THROTTLED_MS = 100;

/** Handlers as they should not be, or not be let do. */
export async function misbehave(
  mischief: Work['mischief'],
  { id, leaseMs, journal }: { id: string; leaseMs: number; journal: Journal },
): Promise<void> {
  if (mischief === 'hang') await new Promise((resolve) => void setTimeout(resolve, HANG_MS));
  if (mischief === 'throttle' && journal.isFirst(`throttled-${id}`)) {
    retryLater(THROTTLED_MS, { counts: false });
  }
  // Once: what blocks every worker it meets is given up as stalled, and rightly.
  if (mischief !== 'block' || !journal.isFirst(`blocked-${id}`)) return;
  const end = performance.now() + 1.5 * leaseMs;
  while (performance.now() < end);
}

/** More than any message may have, bytes. */
const HUGE_BYTES = 1_100_000;

/** Results that no message can carry. */
export function oddResult(kind: (typeof ODD_RESULTS)[number]): unknown {
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
