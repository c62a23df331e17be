import type { Tier } from '@nooble/models';
import { TIERS } from '@nooble/models';
import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import { parseStored } from '../header.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong, unreadable } from '../unreadable.ts';

const ENDINGS = Object.values(CODES.endings);

/** The ending of an action, for its history. Times are Unix ms, by the clock of its domain. */
export interface HistoryEnding {
  readonly kind: 'ending';
  /** Its place in the backlog, unique in its partition. */
  readonly entryId: string;
  readonly domain: string;
  readonly actionId: string;
  /** Distinguishes the endings of an action: it may be dead and redriven, and its id may be used again. */
  readonly token: string;
  readonly ending: (typeof ENDINGS)[number];
  readonly tenantId: string;
  readonly tier: Tier;
  readonly admittedMs: number;
  /** Absent if it was never claimed. */
  readonly firstClaimMs?: number;
  readonly endedMs: number;
  /** Time for which its attempts have held a lease (ms). */
  readonly runningMs: number;
  /** Number of attempts: failures, stalls, and the one that a worker settled. */
  readonly attempts: number;
  readonly stalls: number;
  readonly redrives: number;
  readonly cost: number;
  /** The wire JSON as it was accepted. */
  readonly envelope: string;
  /** True if the history keeps its data. */
  readonly keepsData: boolean;
  /** JSON of the result if the history keeps it, or of the error; '' if there is none. */
  readonly note: string;
}

/** Endings that were dropped at the bound of the backlog. */
export interface HistoryGap {
  readonly kind: 'gap';
  readonly entryId: string;
  readonly domain: string;
  readonly count: number;
  readonly bytes: number;
  readonly first: EndedAt;
  readonly last: EndedAt;
}

interface EndedAt {
  readonly endedMs: number;
  readonly actionId: string;
}

/** An entry of the backlog of a history. */
export type HistoryEntry = HistoryEnding | HistoryGap;

/** Returns the call that hands out up to 1,000 entries, up to about 4 MiB. */
export function endingsReadCall(
  keyspace: Keyspace,
  { maxEntries, patienceMs }: { readonly maxEntries: number; readonly patienceMs: number },
): ScriptCall {
  return keyspace.call('endings_read', [maxEntries, patienceMs]);
}

const CELLS = 4;

export function readEndings(domain: string, reply: unknown): HistoryEntry[] {
  const [, ...cells] = reply as string[];
  return Array.from({ length: cells.length / CELLS }, (_, row) => {
    const [entryId = '', words = '', stored = '', note = ''] = cells.slice(row * CELLS);
    const place = { domain, entryId };
    if (words.startsWith('gap ')) return gapOf(place, words.split(' '));
    return endingOf({ ...place, stored, note }, words.split(' '));
  });
}

interface Place {
  readonly domain: string;
  readonly entryId: string;
}

function gapOf(place: Place, words: readonly string[]): HistoryGap {
  const [, firstMs, firstId = '', lastMs, lastId = '', count, bytes] = words;
  return {
    kind: 'gap',
    ...place,
    count: Number(count),
    bytes: Number(bytes),
    first: { endedMs: Number(firstMs), actionId: firstId },
    last: { endedMs: Number(lastMs), actionId: lastId },
  };
}

function endingOf(
  { domain, entryId, stored, note }: Place & { readonly stored: string; readonly note: string },
  words: readonly string[],
): HistoryEnding {
  const [ending, ended, actionId = '', token = '', tier, tenantId = '', first, ran] = words;
  const [attempts, stalls, redrives, cost, keeps] = words.slice(8);
  if (keeps === undefined) throw unreadable('endings_read', `an ending of ${words.length} words`);
  const { arrivalUs, envelope } = parseStored(stored);
  return {
    kind: 'ending',
    entryId,
    domain,
    actionId,
    token,
    ending: codeAmong(ENDINGS, ending, 'endings_read'),
    tenantId,
    tier: TIERS[Number(tier) - 1] ?? 'free',
    admittedMs: Math.floor(arrivalUs / 1000),
    ...(first !== '0' && { firstClaimMs: Math.floor(Number(first) / 1000) }),
    endedMs: Number(ended),
    runningMs: Number(ran) / 1000,
    attempts: Number(attempts),
    stalls: Number(stalls),
    redrives: Number(redrives),
    cost: Number(cost),
    envelope,
    keepsData: keeps.startsWith('d'),
    note,
  };
}
