import type { ScriptCall } from '@nooble/redis';
import type { Outcome, SettleResult } from '../../broker.ts';
import { isDuration } from '../../timing/durations.ts';
import type { Keyspace } from '../keyspace.ts';

/** How one attempt ended, as the script takes it. */
export interface SettleItem {
  readonly actionId: string;
  readonly token: string;
  readonly verb: Outcome['status'];
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
  /** When another worker may deliver a callback that is still in the outbox, ms. */
  readonly deliveryMs: number;
  /** Most dead letters of a partition; the oldest are dropped. */
  readonly maxDead: number;
}

const RESULTS: readonly SettleResult[] = ['ok', 'already', 'lost'];

/** The call that ends attempts, at most 500 and 4 MiB. */
export function settleCall(
  keyspace: Keyspace,
  { maxStalls, deliveryMs, maxDead }: SettleRules,
  items: readonly SettleItem[],
): ScriptCall {
  const endings: SettleItem[] = [];
  const rows: string[] = [];
  for (const item of items) {
    rows.push(item.actionId, item.token, String(endingOf(item, endings)));
  }
  const cells = endings.flatMap(({ verb, delayMs, note, retainMs, callback }, name) => {
    return [name, verb, Math.round(isDuration(delayMs) ? delayMs : 0), note, retainMs, callback];
  });
  return keyspace.call('settle', [
    maxStalls,
    deliveryMs,
    maxDead,
    endings.length,
    ...cells,
    ...rows,
  ]);
}

/** Items that end in the same way share one row: its place among those so far. */
function endingOf(item: SettleItem, endings: SettleItem[]): number {
  const place = endings.findIndex(
    ({ verb, delayMs, note, retainMs, callback }) =>
      verb === item.verb &&
      delayMs === item.delayMs &&
      note === item.note &&
      retainMs === item.retainMs &&
      callback === item.callback,
  );
  return place === -1 ? endings.push(item) - 1 : place;
}

/** One result per item, in order; the reply tells only of those that were not settled. */
export function readSettled(reply: unknown, count: number): SettleResult[] {
  const cells = reply as number[];
  const results = Array.from({ length: count }, (): SettleResult => 'ok');
  for (let at = 0; at < cells.length; at += 2) {
    results[cells[at] ?? 0] = RESULTS[cells[at + 1] ?? 2] ?? 'lost';
  }
  return results;
}
