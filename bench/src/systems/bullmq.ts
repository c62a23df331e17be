import { Queue, QueueEvents, Worker } from 'bullmq';
import type { Job, Passage } from '../payload.ts';
import { connect } from './bullmq-connection.ts';
import { calling, handling, type Called } from './bullmq-handlers.ts';
import type { Caller, Place, Producer, RunningWorker, System, WorkerOptions } from './system.ts';

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
  async startWorker(place, options: WorkerOptions) {
    const next = options.sendsCallback ? 'caller' : 'callee';
    const isLinked = options.sendsCallback || options.calls;
    const other = isLinked ? await openQueue({ ...place, queue: next }) : undefined;
    const callMs: number[] = [];
    const handler =
      options.calls && other
        ? calling(options, other.queue, callMs)
        : handling(options, options.sendsCallback ? other?.queue : undefined);
    const connection = connect(place.url, { blocking: true });
    const { concurrency } = options;
    const worker = new Worker<Called>(place.queue, handler, {
      connection,
      prefix: place.prefix,
      concurrency,
    });
    await worker.waitUntilReady();
    return {
      claimMs: [],
      callMs,
      async stop() {
        await worker.close();
        await other?.close();
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
