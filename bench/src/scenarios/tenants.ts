import { perSecond } from '../measures/sending.ts';
import { percentile } from '../measures/percentile.ts';
import { drain } from '../measures/processing.ts';
import { MILLISECONDS, PER_SECOND, sidesOf } from '../scenario.ts';
import type { Sample, Scenario } from '../scenario.ts';
import { sized, type Stage } from '../stage.ts';
import type { SystemName } from '../systems/system.ts';

const CONCURRENCY = 200;

/** Numbers for a full and for a quick run. */
interface TenantsOrders {
  readonly tenants: readonly [number, number];
  readonly counts: readonly [number, number];
}

const ONE: TenantsOrders = { tenants: [1, 1], counts: [60_000, 4_000] };
const THOUSAND: TenantsOrders = { tenants: [1_000, 1_000], counts: [60_000, 4_000] };
/** One action per tenant, so that the index of tenants is as long as the queue; a tenth of both in a quick run. */
const HUNDRED_THOUSAND: TenantsOrders = { tenants: [100_000, 10_000], counts: [100_000, 10_000] };

function tenantsScenario(
  name: string,
  orders: TenantsOrders,
  others: Scenario['sides'] = {},
): Scenario {
  return {
    name,
    about: `a full queue of ${orders.tenants[0]} tenants, one worker process, ${CONCURRENCY} at a time`,
    metrics: { rate: PER_SECOND, claim_p99: MILLISECONDS },
    sides: {
      nooble: async (stage) => measure(stage, 'nooble', orders),
      // BullMQ has no tenants: its queue is one list, whatever their number.
      bullmq: async (stage) => measure(stage, 'bullmq', ONE),
      ...others,
    },
  };
}

async function measure(
  stage: Stage,
  system: SystemName,
  { tenants, counts }: TenantsOrders,
): Promise<Sample> {
  const count = sized(stage, ...counts);
  const how = { count, tenants: sized(stage, ...tenants), concurrency: CONCURRENCY };
  const feat = await drain(stage, system, how);
  const rate = perSecond(count, feat);
  return feat.claimMs.length > 0 ? { rate, claim_p99: percentile(feat.claimMs, 0.99) } : { rate };
}

export const tenants1 = tenantsScenario('tenants_1', ONE);
export const tenants1k = tenantsScenario('tenants_1k', THOUSAND);
export const tenants100k = tenantsScenario('tenants_100k', HUNDRED_THOUSAND, {
  tenants_1k: async (stage) => measure(stage, 'nooble', THOUSAND),
});

/** Tenants are groups in groupmq, which runs one job per group at a time. */
export const groups20k: Scenario = {
  name: 'groups_20k',
  about: 'a full queue of 20,000 tenants or groups, one worker process, 200 at a time',
  metrics: { rate: PER_SECOND, claim_p99: MILLISECONDS },
  sides: sidesOf(['nooble', 'groupmq'], async (stage, system) =>
    measure(stage, system, { tenants: [20_000, 2_000], counts: [20_000, 4_000] }),
  ),
};
