import { EventEmitter, once } from 'node:events';
import { Queue, Relay, Worker, type Processor } from 'bullmq';
import { connect } from './bullmq-connection.ts';
import { CONCURRENCY, emitAll, holdJob } from './conversation.ts';
import type { Canceller, Conversation, Listener, Stoppable } from './conversation.ts';
import type { Place } from './system.ts';

/** A job that emits a stream on its own topic. */
interface Speech {
  readonly topic: string;
  readonly chunks: number;
  readonly afterMs: number;
}

const topicOf = (n: number): string => `streams.${n}`;
const CANCELLATIONS = 'cancellations';
const idOf = (n: number): string => `hold-${n}`;

/**
 * BullMQ with its relay between processes: chunks are messages on a topic of the job, and a message names the job to cancel to
 * all workers, because a worker can only cancel its own.
 */
export const conversation: Conversation = {
  async startSpeaker(place): Promise<Stoppable> {
    const { relay, ...opened } = await openRelay(place);
    const worker = await startWorker(place, async (job) => {
      const { topic, ...shape } = job.data as Speech;
      await emitAll(shape, async (chunk) => relay.publish(topic, { chunk }));
      await relay.publish(topic, { end: true });
    });
    return { stop: async () => stopAll(worker, opened) };
  },
  async openListener(place): Promise<Listener> {
    const { relay, ...opened } = await openRelay(place);
    const { queue, ...sender } = await openQueue<Speech>(place);
    let sent = 0;
    return {
      async read(shape, onChunk) {
        const topic = topicOf((sent += 1));
        const ends = new EventEmitter();
        const ended = once(ends, 'end');
        const subscription = await relay.subscribe<{ chunk?: never }>(topic, ({ data }) => {
          if (data.chunk) onChunk(data.chunk);
          else ends.emit('end');
        });
        await queue.add('speak', { topic, ...shape });
        await ended;
        await subscription.unsubscribe();
      },
      stop: async () => stopAll(opened, sender),
    };
  },
  async startHolder(place, onJob): Promise<Stoppable> {
    const { relay, ...opened } = await openRelay(place);
    const worker = await startWorker(place, async (job, _token, signal) => {
      const { n } = job.data as { n: number };
      if (signal) await holdJob(n, signal, onJob);
    });
    await relay.subscribe<string>(CANCELLATIONS, ({ data }) => void worker.cancel(data));
    return { stop: async () => stopAll(opened, worker) };
  },
  async openCanceller(place): Promise<Canceller> {
    const { relay, ...opened } = await openRelay(place);
    const { queue, ...sender } = await openQueue<{ n: number }>(place);
    return {
      async send(n) {
        await queue.add('hold', { n }, { jobId: idOf(n) });
      },
      async cancel(n) {
        await relay.publish(CANCELLATIONS, idOf(n));
      },
      stop: async () => stopAll(opened, sender),
    };
  },
};

async function stopAll(...all: readonly Stoppable[]): Promise<void> {
  for (const each of all) await each.stop();
}

async function openRelay({ url, prefix }: Place) {
  const connection = connect(url, { blocking: true });
  const relay = new Relay({ connection, prefix, inboxMaxLength: 100_000 });
  relay.on('error', () => undefined);
  await relay.waitUntilReady();
  const stop = async (): Promise<void> => {
    await relay.close();
    connection.disconnect();
  };
  return { relay, stop };
}

async function openQueue<Data>({ url, prefix, queue: name }: Place) {
  const connection = connect(url, { blocking: false });
  const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
  const queue = new Queue<Data, unknown, string, Data, unknown, string>(name, {
    connection,
    prefix,
    defaultJobOptions,
  });
  const stop = async (): Promise<void> => {
    await queue.close();
    connection.disconnect();
  };
  return { queue, stop };
}

/** It passes a signal only to a function with three parameters. */
async function startWorker({ url, prefix, queue }: Place, run: Processor) {
  const connection = connect(url, { blocking: true });
  const worker = new Worker(queue, run, { connection, prefix, concurrency: CONCURRENCY });
  await worker.waitUntilReady();
  const stop = async (): Promise<void> => {
    await worker.close();
    connection.disconnect();
  };
  return { cancel: (jobId: string) => worker.cancelJob(jobId), stop };
}
