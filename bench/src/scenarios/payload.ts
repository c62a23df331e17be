import { lifecycleRate } from '../measures/lifecycle.ts';
import { sized } from '../sample-context.ts';
import { PER_SECOND, sidesOf, type Scenario } from '../scenario.ts';

export const payload100k: Scenario = {
  name: 'payload_100k',
  about: 'payloads of 100 KB; a producer (20 in flight) and a worker (20 at a time) together',
  metrics: { rate: PER_SECOND },
  sides: sidesOf(['nooble', 'bullmq'], async (context, system) => {
    const shape = { count: sized(context, 500, 100), tenants: 1, textBytes: 100_000 };
    return { rate: await lifecycleRate(context, system, { shape, inFlight: 20, concurrency: 20 }) };
  }),
};
