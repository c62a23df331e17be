import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';
import type { SettleRules } from './settle.ts';

/** How time is kept in a domain. */
export interface TickRules extends SettleRules {
  readonly leaseMs: number;
  /** Dead letters older than this go (ms). */
  readonly maxDeadAgeMs: number;
  /** What all workers of the domain have to set alike, as text. */
  readonly settings: string;
}

/** A callback to deliver, or an ending to tell. */
export interface OutboxEntry {
  readonly callbackId: string;
  readonly message: string;
}

/** The call that does what is due; `acknowledged` are the callbacks that were delivered. */
export function tickCall(
  keyspace: Keyspace,
  rules: TickRules,
  acknowledged: readonly string[],
): ScriptCall {
  const { leaseMs, maxStalls, deliveryMs, maxDeadAgeMs, maxDead } = rules;
  const fixed = [leaseMs, maxStalls, deliveryMs, maxDeadAgeMs, maxDead, rules.settings];
  return keyspace.call('tick', [...fixed, ...acknowledged]);
}

/** What a look brought. */
export interface Tick {
  /** The outbox entries that this worker is to deliver. */
  readonly entries: readonly OutboxEntry[];
  /** There was more to do than fits into one call: look again at once. */
  readonly isCutShort: boolean;
  /** The server's clock (Unix ms). */
  readonly nowMs: number;
  /** Settings of another worker that differ; '' for none. */
  readonly otherSettings: string;
}

export function readTick(reply: unknown): Tick {
  const { COMPLETE, CUT_SHORT } = CODES.ticking;
  const [code, now, otherSettings = '', ...cells] = reply as [unknown, string, ...string[]];
  const entries = Array.from({ length: cells.length / 2 }, (_, row) => ({
    callbackId: cells[row * 2] ?? '',
    message: cells[row * 2 + 1] ?? '',
  }));
  const isCutShort = codeAmong([COMPLETE, CUT_SHORT], code, 'tick') === CUT_SHORT;
  return { entries, isCutShort, nowMs: Number(now), otherSettings };
}
