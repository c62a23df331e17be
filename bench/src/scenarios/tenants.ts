import { percentile } from '../measures/percentile.ts';
import { drain } from '../measures/processing.ts';
import { perSecond } from '../measures/sending.ts';
import { sized, type SampleContext } from '../sample-context.ts';
import { MILLISECONDS, PER_SECOND, sidesOf } from '../scenario.ts';
import type { Sample, Scenario } from '../scenario.ts';
import type { SystemName } from '../systems/system.ts';

const CONCURRENCY = 200;

/** Numbers for a full and for a quick run. */
interface TenantsOptions {
  readonly tenants: readonly [number, number];
  readonly counts: readonly [number, number];
}

const ONE: TenantsOptions = { tenants: [1, 1], counts: [60_000, 4_000] };
const THOUSAND: TenantsOptions = { tenants: [1_000, 1_000], counts: [60_000, 4_000] };
/** One action per tenant, so that the index of tenants is as long as the queue; a tenth of both in a quick run. */
const HUNDRED_THOUSAND: TenantsOptions = { tenants: [100_000, 10_000], counts: [100_000, 10_000] };

function tenantsScenario(
  name: string,
  options: TenantsOptions,
  others: Scenario['sides'] = {},
): Scenario {
  return {
    name,
    about: `a full queue of ${options.tenants[0]} tenants, one worker process, ${CONCURRENCY} at a time`,
    metrics: { rate: PER_SECOND, claim_p99: MILLISECONDS },
    sides: {
      nooble: async (context) => measure(context, 'nooble', options),
      // BullMQ has no tenants: its queue is one list, whatever their number.
      bullmq: async (context) => measure(context, 'bullmq', ONE),
      ...others,
    },
  };
}

async function measure(
  context: SampleContext,
  system: SystemName,
  { tenants, counts }: TenantsOptions,
): Promise<Sample> {
  const count = sized(context, ...counts);
  const how = { count, tenants: sized(context, ...tenants), concurrency: CONCURRENCY };
  const record = await drain(context, system, how);
  const rate = perSecond(count, record);
  return record.claimMs.length > 0
    ? { rate, claim_p99: percentile(record.claimMs, 0.99) }
    : { rate };
}

export const tenants1 = tenantsScenario('tenants_1', ONE);
export const tenants1k = tenantsScenario('tenants_1k', THOUSAND);
export const tenants100k = tenantsScenario('tenants_100k', HUNDRED_THOUSAND, {
  tenants_1k: async (context) => measure(context, 'nooble', THOUSAND),
});

/** Tenants are groups in groupmq, which runs one job per group at a time. */
export const groups20k: Scenario = {
  name: 'groups_20k',
  about: 'a full queue of 20,000 tenants or groups, one worker process, 200 at a time',
  metrics: { rate: PER_SECOND, claim_p99: MILLISECONDS },
  sides: sidesOf(['nooble', 'groupmq'], async (context, system) =>
    measure(context, system, { tenants: [20_000, 2_000], counts: [20_000, 4_000] }),
  ),
};
