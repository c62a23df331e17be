import type { SlotTimes } from './slot-times.ts';

/** Treatment of slots whose time has passed without an action: dropped, sent as one, or all sent. */
export type Missed = 'skip' | 'once' | 'all';

/** A slot that is due. Times are Unix ms by the clock of Redis. */
export interface DueSlot {
  readonly slotMs: number;
  /** Time at which it was first handed to a worker. */
  readonly firstMs: number;
  /** Time at which a worker got it that has not said what became of it; 0 if there is none. */
  readonly openMs: number;
  readonly nowMs: number;
  readonly missed: Missed;
  readonly times: SlotTimes;
}

/** Decision about a slot: one to send, or the reason why none is; then the next one, if any. */
export interface SlotPlan {
  /** The slot to send. */
  readonly sendMs?: number;
  /** `late`: its time had passed; `unknown`: it may have been sent a day ago, and no longer counts as a repetition. */
  readonly skipped?: 'late' | 'unknown';
  readonly nextMs: number | undefined;
}

/** Lateness up to which a slot is not missed (ms). */
const LATE_MS = 60_000;
/** An idempotency key is kept for 24 h; this is an hour less. */
const KEY_MS = 23 * 3_600_000;
/** Maximum number of missed slots that `all` sends; earlier ones are skipped. */
const MOST_MISSED = 1_000;

/** Decides what to do with a slot that is due. */
export function planSlot(slot: DueSlot): SlotPlan {
  return slot.missed === 'all' ? planAll(slot) : planLatest(slot);
}

function planAll(slot: DueSlot): SlotPlan {
  const { slotMs, nowMs, times } = slot;
  const nextMs = times.after(slotMs);
  if (isUnknown(slot, slotMs)) return { skipped: 'unknown', nextMs };
  const oldestMs = nextMs === undefined ? slotMs : nowMs - MOST_MISSED * (nextMs - slotMs);
  if (slotMs < oldestMs) return { skipped: 'late', nextMs: times.after(oldestMs) };
  return { sendMs: slotMs, nextMs };
}

/** Of several slots that are due, the last stands for all. */
function planLatest(slot: DueSlot): SlotPlan {
  const { slotMs, firstMs, nowMs, missed, times } = slot;
  const latestMs = Math.max(slotMs, times.upTo(nowMs) ?? slotMs);
  const nextMs = times.after(latestMs);
  const isLatest = latestMs === slotMs;
  if (isUnknown(slot, latestMs)) return { skipped: 'unknown', nextMs };
  // A slot that was refused before is not late: it was tried in time.
  const lateMs = (isLatest ? firstMs : nowMs) - latestMs;
  if (missed === 'skip' && lateMs > LATE_MS) return { skipped: 'late', nextMs };
  return { sendMs: latestMs, nextMs };
}

/** True if a worker may have sent a slot before its idempotency key expired: sending it again could run it twice. */
function isUnknown({ firstMs, openMs, nowMs }: DueSlot, sentMs: number): boolean {
  return openMs >= sentMs && nowMs - Math.max(firstMs, sentMs) > KEY_MS;
}
