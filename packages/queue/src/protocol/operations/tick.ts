import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';
import type { WorkerFacts } from './workers.ts';
import type { SettleRules } from './settle.ts';

/** Rules of a tick. */
export interface TickRules extends SettleRules {
  readonly leaseMs: number;
  /** Maximum age of a dead letter (ms). */
  readonly maxDeadAgeMs: number;
  /** Settings that must be the same for all workers of the domain, as text. */
  readonly settings: string;
}

/** A callback to deliver, or an ending to report. */
export interface OutboxEntry {
  readonly callbackId: string;
  readonly message: string;
}

/** Outbox entries that are over. */
export interface Acknowledged {
  /** Ids of delivered callbacks and replies, and of those that nobody waits for any more. */
  readonly ids: readonly string[];
  /** Number of replies among them that no inbox took in time. */
  readonly lost: number;
}

/** Input of a tick. */
export interface TickTerms {
  readonly rules: TickRules;
  readonly acknowledged: Acknowledged;
  /** Process and facts of the worker, if it registers with this tick. */
  readonly worker?: { readonly process: string; readonly facts: WorkerFacts } | undefined;
}

/** Returns the call that handles everything that is due. */
export function tickCall(
  keyspace: Keyspace,
  { rules, acknowledged, worker }: TickTerms,
): ScriptCall {
  const { leaseMs, maxStalls, deliveryMs, maxDeadAgeMs, maxDead } = rules;
  const fixed = [
    leaseMs,
    maxStalls,
    deliveryMs,
    maxDeadAgeMs,
    maxDead,
    rules.settings,
    acknowledged.lost,
  ];
  const registers = worker ? [worker.process, JSON.stringify(worker.facts)] : ['', ''];
  return keyspace.call('tick', [...fixed, ...registers, ...acknowledged.ids]);
}

/** Result of a tick. */
export interface Tick {
  /** Outbox entries that this worker has to deliver. */
  readonly entries: readonly OutboxEntry[];
  /** True if one call was not enough: tick again immediately. */
  readonly isCutShort: boolean;
  /** The server's clock (Unix ms). */
  readonly nowMs: number;
  /** Settings of another worker that differ; '' if none do. */
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
