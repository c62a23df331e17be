import { Queue, Worker } from 'groupmq';
import { Redis } from 'ioredis';
import type { Passage } from '../payload.ts';
import { resultOf, type Place, type Producer, type RunningWorker, type System } from './system.ts';

/** groupmq: a group per tenant, no ordering delay, finished jobs removed, adds batched automatically. */
export const groupmq: System = {
  bulkSize: 500,
  async openProducer(place): Promise<Producer> {
    const { redis, queue } = open(place);
    const send: Producer['send'] = ({ tenant, data }) => queue.add({ groupId: tenant, data });
    return {
      send,
      sendAll: async (jobs) => Promise.all(jobs.map(send)),
      async pending() {
        const { active, waiting, delayed } = await queue.getJobCounts();
        return active + waiting + delayed;
      },
      async close() {
        await queue.close();
        redis.disconnect();
      },
    };
  },
  async startWorker(place, { concurrency, onJob }): Promise<RunningWorker> {
    const { redis, queue } = open(place);
    const worker = new Worker<Passage>({
      queue,
      concurrency,
      handler: async ({ data }) => {
        onJob(data.n);
        return resultOf(data);
      },
    });
    worker.on('error', () => undefined);
    const running = worker.run();
    running.catch(() => undefined);
    return {
      claimMs: [],
      async stop() {
        await worker.close();
        redis.disconnect();
      },
    };
  },
};

function open({ url, prefix, queue: name }: Place): { redis: Redis; queue: Queue<Passage> } {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue<Passage>({
    redis,
    namespace: `${prefix}-${name}`,
    autoBatch: { size: 100, maxWaitMs: 1 },
  });
  return { redis, queue };
}
