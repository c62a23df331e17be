import { Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Job, Passage } from '../payload.ts';
import { doJob, resultOf, type Caller, type Place, type Producer } from './system.ts';
import type { RunningWorker, System, WorkerOptions } from './system.ts';

/** BullMQ: finished jobs are removed; the event stream is short, and only read if results are awaited. */
export const bullmq: System = {
  bulkSize: 500,
  async openProducer(place): Promise<Producer> {
    const opened = await openQueue(place);
    const { queue } = opened;
    return {
      send: ({ data }) => queue.add('embed', data),
      sendAll: async (jobs) => queue.addBulk(jobs.map(({ data }) => ({ name: 'embed', data }))),
      pending: async () => {
        const counts = await queue.getJobCounts('wait', 'active', 'delayed', 'failed');
        return Object.values(counts).reduce((sum, each) => sum + each, 0);
      },
      close: async () => opened.close(),
    };
  },
  async startWorker(place, { concurrency, sendsCallback, ...handler }: WorkerOptions) {
    const caller = sendsCallback ? await openQueue({ ...place, queue: 'caller' }) : undefined;
    const connection = connect(place.url, { blocking: true });
    const worker = new Worker<Passage>(
      place.queue,
      async ({ data }) => {
        await doJob(data.n, handler);
        if (caller) await caller.queue.add('embedded', data);
        return resultOf(data);
      },
      { connection, prefix: place.prefix, concurrency },
    );
    await worker.waitUntilReady();
    return {
      claimMs: [],
      async stop() {
        await worker.close();
        await caller?.close();
        connection.disconnect();
      },
    } satisfies RunningWorker;
  },
  async openCaller(place): Promise<Caller> {
    const opened = await openQueue(place, { events: 10_000 });
    const { queue } = opened;
    const connection = connect(place.url, { blocking: true });
    // Reads from the start of the stream: by default it would miss jobs that end before its first read.
    const from = { lastEventId: '0-0', prefix: place.prefix };
    const events = new QueueEvents(place.queue, { connection, ...from });
    await events.waitUntilReady();
    const waiting = new Map<string, () => void>();
    events.on('completed', ({ jobId }) => {
      waiting.get(jobId)?.();
      waiting.delete(jobId);
    });
    return {
      async request({ data }: Job) {
        const jobId = `job-${data.n}`;
        const completed = new Promise<void>((resolve) => waiting.set(jobId, resolve));
        await queue.add('embed', data, { jobId });
        await completed;
      },
      async close() {
        await events.close();
        connection.disconnect();
        await opened.close();
      },
    };
  },
};

async function openQueue({ url, prefix, queue: name }: Place, { events = 0 } = {}) {
  const connection = connect(url, { blocking: false });
  const queue = new Queue<Passage>(name, {
    connection,
    prefix,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: false },
    streams: { events: { maxLen: events } },
  });
  await queue.waitUntilReady();
  return {
    queue,
    async close() {
      await queue.close();
      connection.disconnect();
    },
  };
}

/** The documentation of BullMQ requires that a worker's connection retries forever; errors end the sample elsewhere. */
function connect(url: string, { blocking }: { blocking: boolean }): Redis {
  return new Redis(url, { maxRetriesPerRequest: blocking ? null : 20 });
}
