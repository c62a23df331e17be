import { Queue, QueueEvents, Worker } from 'bullmq';
import { connect } from './bullmq-connection.ts';
import { CONCURRENCY, emitAll } from './conversation.ts';
import type { Chunk, Conversation, Listener, Stoppable, StreamShape } from './conversation.ts';

/** BullMQ: the chunks of a job are its progress, which the event stream of the queue carries. */
export const conversation: Conversation = {
  async startSpeaker({ url, prefix, queue }): Promise<Stoppable> {
    const connection = connect(url, { blocking: true });
    const worker = new Worker<StreamShape>(
      queue,
      async (job) => emitAll(job.data, async (chunk) => job.updateProgress(chunk)),
      { connection, prefix, concurrency: CONCURRENCY },
    );
    await worker.waitUntilReady();
    return {
      async stop() {
        await worker.close();
        connection.disconnect();
      },
    };
  },
  async openListener({ url, prefix, queue: name }): Promise<Listener> {
    const connection = connect(url, { blocking: false });
    const reading = connect(url, { blocking: true });
    const queue = new Queue<StreamShape>(name, {
      connection,
      prefix,
      defaultJobOptions: { removeOnComplete: true },
      // Longer than what a reader can be late: what is trimmed is lost to it.
      streams: { events: { maxLen: 100_000 } },
    });
    const events = new QueueEvents(name, { connection: reading, prefix, lastEventId: '0-0' });
    const readers = new Map<string, { onChunk: (chunk: Chunk) => void; end: () => void }>();
    events.on('progress', ({ jobId, data }) => readers.get(jobId)?.onChunk(data as Chunk));
    events.on('completed', ({ jobId }) => readers.get(jobId)?.end());
    await events.waitUntilReady();
    let sent = 0;
    return {
      async read(shape, onChunk) {
        const jobId = `job-${(sent += 1)}`;
        const ended = new Promise<void>((end) => readers.set(jobId, { onChunk, end }));
        await queue.add('speak', shape, { jobId });
        await ended;
        readers.delete(jobId);
      },
      async stop() {
        await events.close();
        await queue.close();
        for (const each of [connection, reading]) each.disconnect();
      },
    };
  },
};
