import { TIERS, type Tier } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { ask } from '../protocol/calling.ts';
import { joinedHolds } from '../protocol/held-key-list.ts';
import { addHistories } from '../protocol/operations/history-stats.ts';
import {
  readStats,
  statsCall,
  type DomainStats,
  type TierStats,
} from '../protocol/operations/stats.ts';
import type { DomainKeyspaces } from '../protocol/partitions.ts';

/** Returns the statistics of a domain, summed over its partitions. Throws RedisUnavailableError. */
export async function domainStats(
  redis: RedisPool,
  domain: string,
  { all }: DomainKeyspaces,
): Promise<DomainStats> {
  const attempted = `read the figures of domain "${domain}"`;
  const parts = await Promise.all(
    all.map(async (keyspace) =>
      readStats(domain, await ask(redis, statsCall(keyspace), attempted)),
    ),
  );
  const [first, ...others] = parts;
  if (!first) throw new RangeError(`Domain "${domain}" has no partition`);
  return others.reduce(together, first);
}

function together(a: DomainStats, b: DomainStats): DomainStats {
  const tiers = TIERS.map((tier) => [tier, addTiers(a.tiers[tier], b.tiers[tier])] as const);
  return {
    domain: a.domain,
    paused: a.paused === false ? b.paused : a.paused,
    tiers: Object.fromEntries(tiers) as Record<Tier, TierStats>,
    callbacksPending: a.callbacksPending + b.callbacksPending,
    suspects: a.suspects + b.suspects,
    tenantsThrottled: a.tenantsThrottled + b.tenantsThrottled,
    throttleHolds: joinedHolds(a.throttleHolds, b.throttleHolds),
    deadDropped: a.deadDropped + b.deadDropped,
    reclaimed: a.reclaimed + b.reclaimed,
    repliesLost: a.repliesLost + b.repliesLost,
    clockLeadMs: Math.max(a.clockLeadMs, b.clockLeadMs),
    ...addHistories(a, b),
  };
}

function addTiers(a: TierStats, b: TierStats): TierStats {
  const oldestMs = Math.max(a.oldestMs ?? 0, b.oldestMs ?? 0);
  const waits = a.oldestMs !== undefined || b.oldestMs !== undefined;
  return {
    waiting: a.waiting + b.waiting,
    active: a.active + b.active,
    delayed: a.delayed + b.delayed,
    dead: a.dead + b.dead,
    tenantsWaiting: a.tenantsWaiting + b.tenantsWaiting,
    tenantsReady: a.tenantsReady + b.tenantsReady,
    ...(waits && { oldestMs }),
  };
}
