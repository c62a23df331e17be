import type { ScriptCall } from '@nooble/redis';
import type { SettleResult } from '../broker.ts';
import type { Keyspace } from '../keyspace.ts';

/** How one attempt ended, as the script takes it. */
export interface SettleItem {
  readonly actionId: string;
  readonly token: string;
  readonly verb: 'done' | 'retry' | 'dead' | 'release';
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
}

const RESULTS: readonly SettleResult[] = ['ok', 'already', 'lost'];

/** The call that ends attempts, at most 500 and 4 MiB. */
export function settleCall(
  keyspace: Keyspace,
  { maxStalls, deliveryMs }: SettleRules,
  items: readonly SettleItem[],
): ScriptCall {
  const rows = items.flatMap(({ actionId, token, verb, delayMs, note, retainMs, callback }) => [
    actionId,
    token,
    verb,
    Math.round(delayMs),
    note,
    retainMs,
    callback,
  ]);
  return keyspace.call('settle', [maxStalls, deliveryMs, ...rows]);
}

/** One result per item, in order. */
export function readSettled(reply: unknown): SettleResult[] {
  return (reply as number[]).map((code) => RESULTS[code] ?? 'lost');
}
