import { lifecycleRate } from '../measures/lifecycle.ts';
import { sized, smallJobs, type SampleContext } from '../sample-context.ts';
import { PER_SECOND, type Sample, type Scenario } from '../scenario.ts';
import type { SystemName } from '../systems/system.ts';

export const observed: Scenario = {
  name: 'observed',
  about: 'a lifecycle without an observer, with metrics, and with metrics and 10 % of the traces',
  metrics: { rate: PER_SECOND },
  sides: {
    nooble: async (context) => measure(context, 'nooble'),
    metrics: async (context) => measure(context, 'nooble-metrics'),
    traces: async (context) => measure(context, 'nooble-traces'),
  },
};

async function measure(context: SampleContext, system: SystemName): Promise<Sample> {
  const shape = smallJobs(sized(context, 40_000, 2_000));
  return { rate: await lifecycleRate(context, system, { shape, inFlight: 200, concurrency: 50 }) };
}
