import BeeQueue from 'bee-queue';
import type { Passage } from '../payload.ts';
import {
  doJob,
  resultOf,
  type Place,
  type Producer,
  type RunningWorker,
  type System,
} from './system.ts';

/** bee-queue: finished jobs are removed, no events are sent or received, no jobs are kept in memory. */
export const beeQueue: System = {
  bulkSize: 500,
  async openProducer(place): Promise<Producer> {
    const queue = await open(place, { isWorker: false });
    return {
      send: ({ data }) => queue.createJob(data).save(),
      async sendAll(jobs) {
        const errors = await queue.saveAll(jobs.map(({ data }) => queue.createJob(data)));
        for (const error of errors.values()) throw error;
      },
      async pending() {
        const { waiting, active, failed, delayed } = await queue.checkHealth();
        return waiting + active + failed + delayed;
      },
      close: async () => queue.close(),
    };
  },
  async startWorker(place, { concurrency, ...handler }): Promise<RunningWorker> {
    const queue = await open(place, { isWorker: true });
    queue.process(concurrency, async ({ data }) => {
      await doJob(data.n, handler);
      return resultOf(data);
    });
    return { claimMs: [], stop: async () => queue.close() };
  },
};

async function open(
  { url, prefix, queue: name }: Place,
  { isWorker }: { isWorker: boolean },
): Promise<BeeQueue<Passage>> {
  const { hostname, port } = new URL(url);
  const queue = new BeeQueue<Passage>(name, {
    prefix,
    redis: { host: hostname, port: Number(port) },
    isWorker,
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    removeOnSuccess: true,
  });
  // Closing cuts its blocking connection, which it reports as an error.
  queue.on('error', () => undefined);
  return queue.ready();
}
