import type { Tier } from '@nooble/models';
import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import { parseRun, parseStored } from '../header.ts';
import type { Keyspace } from '../keyspace.ts';
import type { Inspection } from './inspect.ts';

const { WAITING, BLOCKED, DELAYED, ACTIVE } = CODES.places;

/** States of the actions that can be listed. A blocked action is one that waits, in its sequence instead of a queue. */
export const LISTED_STATES = [WAITING, BLOCKED, ACTIVE, DELAYED, CODES.endings.DEAD] as const;
/** State by which the actions of a tenant are listed. */
export type ListedState = (typeof LISTED_STATES)[number];

/** A page begins after this position; two empty words are the beginning. */
export type ListPosition = readonly [string, string];

/** An action of a page. */
export interface ListedEntry {
  readonly actionId: string;
  readonly tier: Tier;
  /** Time of the claim, or since which it waits (µs); absent for others. */
  readonly sinceUs?: number;
  readonly inspection: Inspection;
}

export interface ListPage {
  readonly entries: readonly ListedEntry[];
  /** Absent after the last page. */
  readonly next?: ListPosition;
}

export function tenantListCall(
  keyspace: Keyspace,
  {
    tenantId,
    state,
    limit,
    position,
  }: { tenantId: string; state: ListedState; limit: number; position: ListPosition },
): ScriptCall {
  return keyspace.call('tenant_list', [tenantId, state, limit, ...position]);
}

export function readList(state: ListedState, reply: unknown): ListPage {
  const [first = '', second = '', ...cells] = reply as string[];
  const entries = Array.from({ length: cells.length / 5 }, (_, row) =>
    readRow(state, cells.slice(5 * row, 5 * row + 5)),
  );
  return { entries, ...(first !== '' && { next: [first, second] as const }) };
}

/** A blocked action waits, and the time of its entry is its place. */
function readRow(state: ListedState, cells: readonly string[]): ListedEntry {
  if (state !== BLOCKED) return readEntry(state, cells);
  return readEntry(WAITING, cells.with(1, ''));
}

function readEntry(
  state: Exclude<ListedState, typeof BLOCKED>,
  [actionId = '', at = '', run = '', stored = '', note = '']: readonly string[],
): ListedEntry {
  const { tenantId, tier, arrivalUs, envelope } = parseStored(stored);
  const facts = run === '' ? undefined : parseRun(run);
  const sinceUs = facts ? (state === WAITING ? facts.sinceUs : Number(facts.token)) : arrivalUs;
  const inspection = {
    state,
    tenantId,
    ...(at !== '' && { atMs: Number(at) }),
    ...(facts && { run: facts }),
    envelope,
    note,
  };
  return { actionId, tier, ...(sinceUs > 0 && { sinceUs }), inspection };
}
