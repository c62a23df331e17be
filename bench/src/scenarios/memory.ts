import { fill } from '../measures/sending.ts';
import { dataBytes, makeJobs } from '../payload.ts';
import { sidesOf, type Metric, type Scenario } from '../scenario.ts';
import { clearedPlace, sized, smallJobs, type Stage } from '../stage.ts';
import type { SystemName } from '../systems/system.ts';

const BYTES: Metric = { unit: 'B', better: 'lower' };

export const memory: Scenario = {
  name: 'memory',
  about:
    'memory of Redis per waiting action beyond the JSON of its data: 1,000 tenants; a tenant for each',
  metrics: { bytes: BYTES, own_tenant: BYTES },
  sides: sidesOf(['nooble', 'bullmq', 'bee-queue', 'groupmq'], async (stage, system) => {
    const count = sized(stage, 50_000, 2_000);
    return {
      bytes: await overheadBytes(stage, system, { count, tenants: 1_000 }),
      own_tenant: await overheadBytes(stage, system, { count, tenants: count }),
    };
  }),
};

async function overheadBytes(
  stage: Stage,
  system: SystemName,
  { count, tenants }: { count: number; tenants: number },
): Promise<number> {
  const place = await clearedPlace(stage, system);
  const shape = smallJobs(count, tenants);
  const before = await stage.server.usedMemoryBytes();
  await fill(stage, system, { place, shape });
  const used = (await stage.server.usedMemoryBytes()) - before;
  return used / count - dataBytes(makeJobs(shape));
}
