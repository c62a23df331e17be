import type { Work } from '../actions.ts';
import type { Journal } from '../journal.ts';

/** Timeout of an action that hangs, ms, and how long the handler then stays, deaf to its signal. */
export const HANG_TIMEOUT_MS = 200;
const HANG_MS = 1_000;

/** Handlers as they should not be. */
export async function misbehave(
  mischief: Work['mischief'],
  { id, leaseMs, journal }: { id: string; leaseMs: number; journal: Journal },
): Promise<void> {
  if (mischief === 'hang') await new Promise((resolve) => void setTimeout(resolve, HANG_MS));
  // Once: what blocks every worker it meets is given up as stalled, and rightly.
  if (mischief !== 'block' || !journal.isFirst(`blocked-${id}`)) return;
  const end = performance.now() + 1.5 * leaseMs;
  while (performance.now() < end);
}
