import { lifecycleRate } from '../measures/lifecycle.ts';
import { sized, smallJobs, type SampleContext } from '../sample-context.ts';
import { sidesOf, type Metric, type Sample, type Scenario } from '../scenario.ts';
import type { SystemName } from '../systems/system.ts';

const MICROSECONDS: Metric = { unit: 'µs', better: 'lower' };

export const redisCpu: Scenario = {
  name: 'rediscpu',
  about:
    'time of Redis per action, from enqueue to settlement, in scripts and in the whole process',
  metrics: { script: MICROSECONDS, process: MICROSECONDS },
  sides: sidesOf(['nooble', 'bullmq', 'bee-queue'], measure),
};

/** Measures a lifecycle, as in the scenario of that name. `process` includes reading and writing sockets. */
async function measure(context: SampleContext, system: SystemName): Promise<Sample> {
  const { server } = context;
  const count = sized(context, 30_000, 3_000);
  const before = await server.cpuMicroseconds();
  await lifecycleRate(context, system, {
    shape: smallJobs(count),
    inFlight: 200,
    concurrency: 50,
  });
  const used = (await server.cpuMicroseconds()) - before;
  const process = used / count;
  // bee-queue does half of its work outside of scripts.
  if (system === 'bee-queue') return { process };
  const stats = await server.commandStats();
  const usec = (stats.get('evalsha')?.usec ?? 0) + (stats.get('eval')?.usec ?? 0);
  return { script: usec / count, process };
}
