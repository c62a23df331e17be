import { defineAction } from '@nooble/models';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { z } from 'zod';
import { CONCURRENCY, emitAll, holdJob } from './conversation.ts';
import type { Canceller, Conversation, Listener, Stoppable } from './conversation.ts';
import type { Place } from './system.ts';

const speak = defineAction('work.speak', {
  data: z.object({ chunks: z.int(), afterMs: z.number() }),
  chunk: z.object({ n: z.int(), atMs: z.number(), text: z.string() }),
});

const hold = defineAction('work.hold', { data: z.object({ n: z.int() }) });

const TENANT = { tenantId: 'tenant', tenantTier: 'enterprise' } as const;
const idOf = (n: number): string => `hold-${n}`;

/** Nooble with its defaults: chunks are validated by both sides, and kept for other readers. */
export const conversation: Conversation = {
  startSpeaker: async (place) =>
    startWorker(
      place,
      new ActionProcessor().register(speak, async ({ data }, { emit }) => emitAll(data, emit)),
    ),
  async openListener({ url, prefix }): Promise<Listener> {
    const queues = new DomainQueueManager({ redis: url, prefix });
    const client = new ActionClient({ queues });
    return {
      async read(data, onChunk) {
        for await (const chunk of client.stream(speak, { ...TENANT, data })) onChunk(chunk);
      },
      stop: async () => queues.close(),
    };
  },
  startHolder: async (place, onJob) =>
    startWorker(
      place,
      new ActionProcessor().register(hold, async ({ data }, { signal }) =>
        holdJob(data.n, signal, onJob),
      ),
    ),
  async openCanceller({ url, prefix, queue }): Promise<Canceller> {
    const queues = new DomainQueueManager({ redis: url, prefix });
    return {
      async send(n) {
        await queues.enqueue(hold.create({ ...TENANT, actionId: idOf(n), data: { n } }));
      },
      async cancel(n) {
        await queues.cancel({ domain: queue, actionId: idOf(n) });
      },
      stop: async () => queues.close(),
    };
  },
};

async function startWorker(
  { url: redis, prefix }: Place,
  processor: ActionProcessor,
): Promise<Stoppable> {
  const settings = { redis, prefix, concurrency: CONCURRENCY, logger: false } as const;
  const worker = new BaseWorker({ ...settings, processor, handleSignals: false });
  await worker.start();
  return { stop: async () => worker.stop() };
}
