import { retryLater } from '@nooble/worker';
import type { Work } from '../actions.ts';
import type { Journal } from '../journal.ts';

/** Timeout of an action that hangs, ms, and how long the handler then stays, deaf to its signal. */
export const HANG_TIMEOUT_MS = 200;
const HANG_MS = 1_000;

/** How long one waits whose first attempt met a limit, ms. */
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
