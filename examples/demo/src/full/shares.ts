import { TIERS, type Tier } from '@nooble/models';
import { valuesOf } from './prometheus-api.ts';

const TIER = 'nooble_tenant_tier';

/** A period of a domain. */
export interface Period {
  readonly domain: string;
  /** Unix times (ms). */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Share of a tier in a period. */
export interface TierShare {
  readonly tier: Tier;
  /** Started actions. */
  readonly started: number;
  /** Share by weight among the tiers that wait or run, 0 to 1. */
  readonly due: number;
  /** Share of the slot time, 0 to 1. */
  readonly got: number;
  /** Jain's index of its tenants, 1/n to 1: the lowest of all processes, for the last minute. */
  readonly jain: number;
}

/** Reads from Prometheus what the tiers got in a period, and what was due to them. */
export async function sharesIn(url: string, period: Period): Promise<TierShare[]> {
  const of = `{messaging_destination_name="${period.domain}"}`;
  const last = async (expression: string) =>
    valuesOf(url, { expression, label: TIER, atMs: period.toMs });
  const [slotTime, started, due, jain] = await Promise.all([
    growthIn(url, period, `sum by (${TIER}) (nooble_tier_slot_time_total${of})`),
    growthIn(url, period, `sum by (${TIER}) (nooble_action_waiting_count${of})`),
    last(`max by (${TIER}) (nooble_tier_share_due${of})`),
    last(`min by (${TIER}) (nooble_fairness_jain${of})`),
  ]);
  const all = [...slotTime.values()].reduce((sum, seconds) => sum + seconds, 0);
  return TIERS.filter((tier) => (started.get(tier) ?? 0) > 0).map((tier) => ({
    tier,
    started: started.get(tier) ?? 0,
    due: due.get(tier) ?? 0,
    got: all === 0 ? 0 : (slotTime.get(tier) ?? 0) / all,
    jain: jain.get(tier) ?? 1,
  }));
}

/** Subtracts, because `increase()` does not count the first value of a series that appears in the period. */
async function growthIn(url: string, { fromMs, toMs }: Period, expression: string) {
  const [before, after] = await Promise.all(
    [fromMs, toMs].map(async (atMs) => valuesOf(url, { expression, label: TIER, atMs })),
  );
  return new Map(
    [...(after ?? [])].map(([tier, value]) => [tier, value - (before?.get(tier) ?? 0)]),
  );
}
