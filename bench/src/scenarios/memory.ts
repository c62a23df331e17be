import { fill } from '../measures/sending.ts';
import { dataBytes, makeJobs } from '../payload.ts';
import { clearedPlace, sized, smallJobs, type SampleContext } from '../sample-context.ts';
import { sidesOf, type Metric, type Scenario } from '../scenario.ts';
import type { SystemName } from '../systems/system.ts';

const BYTES: Metric = { unit: 'B', better: 'lower' };

export const memory: Scenario = {
  name: 'memory',
  about:
    'memory of Redis per waiting action beyond the JSON of its data: 1,000 tenants; a tenant for each',
  metrics: { bytes: BYTES, own_tenant: BYTES },
  sides: sidesOf(['nooble', 'bullmq', 'bee-queue', 'groupmq'], async (context, system) => {
    const count = sized(context, 50_000, 2_000);
    return {
      bytes: await overheadBytes(context, system, { count, tenants: 1_000 }),
      own_tenant: await overheadBytes(context, system, { count, tenants: count }),
    };
  }),
};

async function overheadBytes(
  context: SampleContext,
  system: SystemName,
  { count, tenants }: { count: number; tenants: number },
): Promise<number> {
  const place = await clearedPlace(context, system);
  const shape = smallJobs(count, tenants);
  const before = await context.server.usedMemoryBytes();
  await fill(context, system, { place, shape });
  const used = (await context.server.usedMemoryBytes()) - before;
  return used / count - dataBytes(makeJobs(shape));
}
