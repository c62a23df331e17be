import { defineAction } from '@nooble/models';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { z } from 'zod';

const redis = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

const greet = defineAction('greeting.create', {
  data: z.object({ name: z.string() }),
  result: z.object({ text: z.string() }),
});

const processor = new ActionProcessor().register(greet, async (action, ctx) => {
  ctx.logger.info('Greeting somebody');
  return { text: `Hello, ${action.data.name}!` };
});

const worker = new BaseWorker({ domain: 'greeting', redis, processor });
await worker.start();

const queues = new DomainQueueManager({ redis });
const client = new ActionClient({ queues });
const who = { tenantId: 'acme', tenantTier: 'free' } as const;
export const { text } = await client.request(greet, { ...who, data: { name: 'Ada' } });

await worker.stop();
await queues.close();
