import { DomainQueueManager } from '@nooble/queue';
import { startCluster } from '../cluster.ts';
import { fill, perSecond } from '../measures/sending.ts';
import { startWorkers } from '../measures/working.ts';
import { sized, smallJobs, type SampleContext } from '../sample-context.ts';
import { PER_SECOND, type Sample, type Scenario } from '../scenario.ts';

const TENANTS = 1_000;
const PARTITIONS = 3;

export const partitions: Scenario = {
  name: 'partitions',
  about:
    'a full queue of 1,000 tenants on a Redis Cluster of three nodes; one worker process, in 3 partitions or 1',
  metrics: { rate: PER_SECOND },
  sides: {
    nooble: async (context) => measure(context, PARTITIONS),
    'one partition': async (context) => measure(context, 1),
  },
};

/** Drains a queue that is spread over the nodes. */
async function measure(context: SampleContext, count: number): Promise<Sample> {
  const cluster = await startCluster();
  try {
    const place = { url: cluster.url, prefix: `bench-${count}`, queue: 'work' as const };
    const queues = new DomainQueueManager({ redis: place.url, prefix: place.prefix });
    await queues.setPartitions(place.queue, count);
    await queues.close();
    const jobs = sized(context, 40_000, 3_000);
    await fill(context, 'nooble', { place, shape: smallJobs(jobs, TENANTS) });
    const workers = await startWorkers(context, 'nooble', { place, concurrency: 200 });
    return { rate: perSecond(jobs, await workers.finish(jobs)) };
  } finally {
    await cluster.stop();
  }
}
