import { defineAction } from '@nooble/models';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { z } from 'zod';

const redis = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const greet = defineAction('greeting.create', {
  data: z.object({ name: z.string() }),
  result: z.object({ text: z.string() }),
});

const handlers = new ActionProcessor().register(greet, ({ data }) => ({
  text: `Hello, ${data.name}!`,
}));
const worker = new BaseWorker({ domain: 'greeting', redis, processor: handlers });
await worker.start();

const queues = new DomainQueueManager({ redis });
const input = { tenantId: 'acme', tenantTier: 'free', data: { name: 'Ada' } } as const;
export const { text } = await new ActionClient({ queues }).request(greet, input);

await worker.stop();
await queues.close();
