import type { Tier } from '@nooble/models';
import { TIERS } from '@nooble/models';
import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import { codeAmong } from '../unreadable.ts';
import type { Keyspace } from '../keyspace.ts';
import { throttleHolds, type ThrottleHold } from '../held-key-list.ts';
import { readHistoryStats, type HistoryStats } from './history-stats.ts';

/** Resolution of the age of the oldest action (ms). */
const BUCKET_MS = 10_000;
const HISTORY_CELLS = 4;

/** Statistics of one tier of a domain. */
export interface TierStats {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly dead: number;
  /** Number of tenants with actions in their queues, served or held. */
  readonly tenantsWaiting: number;
  /** Number of tenants that may be served now. */
  readonly tenantsReady: number;
  /** Age of the longest waiting action (ms), to the nearest 10 s; absent if none waits. */
  readonly oldestMs?: number;
}

const PAUSES = Object.values(CODES.pauses);

/** Statistics of a domain. Their cost does not grow with its tenants. */
export interface DomainStats {
  readonly domain: string;
  /**
   * `serving` if serving is paused, `admission` if admission is refused as well, `moved` while the number of partitions
   * changes.
   */
  readonly paused: false | (typeof PAUSES)[number];
  readonly tiers: Readonly<Record<Tier, TierStats>>;
  /** Number of callbacks waiting for delivery. */
  readonly callbacksPending: number;
  /** Number of suspects, which run alone because workers died running them. */
  readonly suspects: number;
  /** Number of tenants that are not served for a time, because one of their actions met a limit. */
  readonly tenantsThrottled: number;
  /** Throttle keys that are held now, up to 100 per partition: their actions are put off until a time. */
  readonly throttleHolds: readonly ThrottleHold[];
  /** Number of dead letters dropped because of their number or age. */
  readonly deadDropped: number;
  /** Number of leases that were taken back after their deadline. */
  readonly reclaimed: number;
  /** Number of replies dropped because their inbox did not take them until their callers had stopped waiting. */
  readonly repliesLost: number;
  /** Lead of the domain's clock over the clock of the server, which was set back (ms); usually 0. */
  readonly clockLeadMs: number;
  /** Endings that are not recorded yet; absent if the domain keeps no history. */
  readonly history?: HistoryStats;
}

export function statsCall(keyspace: Keyspace): ScriptCall {
  return keyspace.call('stats', []);
}

export function readStats(domain: string, reply: unknown): DomainStats {
  const [now, lead, paused, outbox, suspects, held, throttles, ...more] = reply as (
    | string
    | number
  )[];
  const history = readHistoryStats(more, Number(now));
  const cells = more.slice(HISTORY_CELLS);
  const counts = countsOf(cells.slice(TIERS.length));
  const tiers = TIERS.map((tier, index) => {
    const count = (letter: string): number => counts.get(`${letter}${index + 1}`) ?? 0;
    const oldest = oldestOf(counts, `b${index + 1}`);
    const stats: TierStats = {
      waiting: count('w'),
      active: count('a'),
      delayed: count('d'),
      dead: count('x'),
      tenantsWaiting: count('t'),
      tenantsReady: Number(cells[index]),
      ...(oldest !== undefined && { oldestMs: Math.max(0, Number(now) - oldest) }),
    };
    return [tier, stats] as const;
  });
  return {
    domain,
    paused: paused === '' ? false : codeAmong(PAUSES, paused, 'stats'),
    tiers: Object.fromEntries(tiers) as Record<Tier, TierStats>,
    callbacksPending: Number(outbox),
    suspects: Number(suspects),
    tenantsThrottled: Number(held),
    throttleHolds: throttleHolds(String(throttles), Number(now)),
    deadDropped: counts.get('trimmed') ?? 0,
    reclaimed: counts.get('reclaimed') ?? 0,
    repliesLost: counts.get('lost') ?? 0,
    clockLeadMs: Number(lead),
    ...(history && { history }),
  };
}

function countsOf(cells: readonly (string | number)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at < cells.length; at += 2) counts.set(String(cells[at]), Number(cells[at + 1]));
  return counts;
}

/** Returns the start of the earliest arrival bucket of a tier (Unix ms). */
function oldestOf(counts: ReadonlyMap<string, number>, prefix: string): number | undefined {
  const buckets = [...counts.keys()].filter((name) => name.startsWith(prefix));
  if (buckets.length === 0) return undefined;
  return Math.min(...buckets.map((name) => Number(name.slice(prefix.length)))) * BUCKET_MS;
}
