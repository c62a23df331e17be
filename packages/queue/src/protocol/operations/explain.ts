import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';
import { readWorkers, type StoredWorker } from './workers.ts';

const { WAITING, DELAYED, ACTIVE, ENDED, UNKNOWN } = CODES.places;
const PLACES = [WAITING, DELAYED, ACTIVE, CODES.endings.DEAD, ENDED, UNKNOWN] as const;

/** Facts about one action, as its domain stores them. */
export interface Facts {
  readonly state: (typeof PLACES)[number];
  /** Domain clock (Unix ms). */
  readonly nowMs: number;
  /** Returns a fact by its name in `lua/explain`; undefined if it does not apply. */
  of(this: void, name: string): string | undefined;
  /** Returns a fact that is a number. */
  count(this: void, name: string): number | undefined;
  /** Up to 100 live workers; empty for an action that needs none. */
  readonly workers: readonly StoredWorker[];
}

/** Returns the call that reads the facts about one action, of any tenant unless one is given. */
export function explainCall(
  keyspace: Keyspace,
  { actionId, tenantId = '' }: { actionId: string; tenantId?: string | undefined },
): ScriptCall {
  return keyspace.call('explain', [actionId, tenantId]);
}

export function readFacts(reply: unknown): Facts {
  const cells = (reply as (string | number)[]).map(String);
  const start = cells.findIndex((cell, at) => at % 2 === 0 && cell === 'workers');
  const end = start === -1 ? cells.length : start;
  const facts = new Map<string, string>();
  for (let at = 0; at < end; at += 2) facts.set(cells[at] ?? '', cells[at + 1] ?? '');
  const of = (name: string): string | undefined => facts.get(name);
  const count = (name: string): number | undefined =>
    facts.has(name) ? Number(facts.get(name)) : undefined;
  return {
    state: codeAmong(PLACES, of('state'), 'explain'),
    nowMs: count('now') ?? 0,
    of,
    count,
    workers: readWorkers(cells.slice(end + 1)),
  };
}
