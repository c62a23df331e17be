import type { ScriptCall } from '@nooble/redis';
import type { Outcome, SettleResult } from '../../broker.ts';
import { CODES } from '../../generated/codes.ts';
import { unreadable } from '../unreadable.ts';
import { isDuration } from '../../timing/durations.ts';
import type { Keyspace } from '../keyspace.ts';
import type { Share } from './claim.ts';

/** How one attempt ended, as the script takes it. */
export interface SettleRow {
  readonly actionId: string;
  readonly token: string;
  readonly outcome: Outcome['status'];
  readonly delayMs: number;
  /** JSON of the result or the error, kept for the dead letters and for `retainMs`. */
  readonly note: string;
  readonly retainMs: number;
  /** An outbox message, or '' when no callback is due. */
  readonly callback: string;
}

/** How settling behaves. */
export interface SettleRules {
  readonly maxStalls: number;
  /** When another worker may deliver a callback that is still in the outbox (ms). */
  readonly deliveryMs: number;
  /** Most dead letters of a partition; the oldest are dropped. */
  readonly maxDead: number;
  /** `time` corrects what the claim charged. */
  readonly share: Share;
}

const { ALREADY, LOST } = CODES.settlement;
const RESULTS = new Map<number | undefined, SettleResult>([
  [ALREADY, 'already'],
  [LOST, 'lost'],
]);

/** The call that ends attempts, at most 500 and 4 MiB. */
export function settleCall(
  keyspace: Keyspace,
  { maxStalls, deliveryMs, maxDead, share }: SettleRules,
  items: readonly SettleRow[],
): ScriptCall {
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
    outcomes.length,
    ...cells,
    ...rows,
  ]);
}

/** Rows with the same outcome share one row: its place among those so far. */
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

/** One result per item, in order; the reply tells only of those that were not settled. */
export function readSettled(reply: unknown, count: number): SettleResult[] {
  const cells = reply as number[];
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
