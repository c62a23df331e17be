import type { ScriptCall } from '@nooble/redis';
import type { Hold, Outcome, SettleResult } from '../../broker.ts';
import { CODES } from '../../generated/codes.ts';
import { assertThrottleKey } from '../throttle-key.ts';
import { unreadable } from '../unreadable.ts';
import { isDuration } from '../../timing/durations.ts';
import type { Keyspace } from '../keyspace.ts';
import type { Share } from './claim.ts';

/** Outcome of one attempt in the form that the script takes. */
export interface SettleRow {
  readonly actionId: string;
  readonly token: string;
  /** Its status, and what it holds: the result of `outcomeWords`. */
  readonly outcome: string;
  readonly delayMs: number;
  /** JSON of the result or the error, for dead letters and `retainMs`. */
  readonly note: string;
  readonly retainMs: number;
  /** An outbox message; '' if no callback is due, and `TOLD` if its caller was told before. */
  readonly callback: string;
}

/** Rules of settling. */
export interface SettleRules {
  readonly maxStalls: number;
  /** Time after which another worker may deliver a callback that is still in the outbox (ms). */
  readonly deliveryMs: number;
  /** Maximum number of dead letters of a partition. The oldest are dropped. */
  readonly maxDead: number;
  /** `time` corrects the charge of the claim. */
  readonly share: Share;
}

/** Stands for a callback whose content was sent before: then its action has ended so even if it is cancelled now. */
export const TOLD = 'told';

const { ALREADY, LOST, MARKED } = CODES.settlement;
const RESULTS = new Map<number | undefined, SettleResult>([
  [ALREADY, 'already'],
  [LOST, 'lost'],
  [MARKED, 'cancelled'],
]);

/** Attempts to settle in one call. */
export interface SettleArguments {
  readonly rules: SettleRules;
  /** Up to 500 rows and 4 MiB. */
  readonly items: readonly SettleRow[];
  /** True to learn whether there is more to claim. */
  readonly looks: boolean;
}

/** Returns an outcome as the script takes it. Throws InvalidActionError for an invalid throttle key. */
export function outcomeWords(outcome: Outcome): string {
  const { status } = outcome;
  const hold = 'hold' in outcome ? outcome.hold : undefined;
  return hold === undefined ? status : `${status} ${holdWords(hold)}`;
}

function holdWords(hold: Hold): string {
  const ms = Math.ceil(isDuration(hold.forMs) ? hold.forMs : 0);
  if (hold.of === 'tenant') return `tenant ${ms}`;
  assertThrottleKey(hold.key);
  return `key ${ms} ${hold.key}`;
}

/** Returns the call that settles attempts. */
export function settleCall(
  keyspace: Keyspace,
  { rules, items, looks }: SettleArguments,
): ScriptCall {
  const { maxStalls, deliveryMs, maxDead, share } = rules;
  const outcomes: SettleRow[] = [];
  const rows: string[] = [];
  for (const item of items) {
    rows.push(item.actionId, item.token, String(placeOf(item, outcomes)));
  }
  const cells = outcomes.flatMap(({ outcome, delayMs, note, retainMs, callback }, name) => {
    return [name, outcome, Math.round(isDuration(delayMs) ? delayMs : 0), note, retainMs, callback];
  });
  return keyspace.call('settle', [
    maxStalls,
    deliveryMs,
    maxDead,
    share,
    looks ? 1 : 0,
    outcomes.length,
    ...cells,
    ...rows,
  ]);
}

/** Rows with the same outcome share one row: returns its index in the rows so far. */
function placeOf(item: SettleRow, outcomes: SettleRow[]): number {
  const place = outcomes.findIndex(
    ({ outcome, delayMs, note, retainMs, callback }) =>
      outcome === item.outcome &&
      delayMs === item.delayMs &&
      note === item.note &&
      retainMs === item.retainMs &&
      callback === item.callback,
  );
  return place === -1 ? outcomes.push(item) - 1 : place;
}

/** Returns true if the call looked, and a claim would find actions. */
export function readMore(reply: unknown): boolean {
  const [more] = reply as number[];
  if (more !== 0 && more !== 1) throw unreadable('settle', `${more} for whether there is more`);
  return more === 1;
}

/** Returns one result per item, in order. The reply contains only items that were not settled. */
export function readSettled(reply: unknown, count: number): SettleResult[] {
  const [, ...cells] = reply as number[];
  const results = Array.from({ length: count }, (): SettleResult => 'ok');
  for (let at = 0; at < cells.length; at += 2) {
    const [index = -1, code] = [cells[at], cells[at + 1]];
    const result = RESULTS.get(code);
    if (result === undefined || !(index in results)) {
      throw unreadable('settle', `code ${code} of item ${index}`);
    }
    results[index] = result;
  }
  return results;
}
