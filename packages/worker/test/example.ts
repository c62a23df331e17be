import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { z } from 'zod';

const redis = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

const greet = defineAction('greeting.create', {
  data: z.object({ name: z.string() }),
  result: z.object({ text: z.string() }),
});

const processor = new ActionProcessor().register(greet, async ({ data }, ctx) => {
  ctx.logger.info('Greeting somebody');
  return { text: `Hello, ${data.name}!` };
});

const worker = new BaseWorker({ redis, processor });
await worker.start();

const queues = new DomainQueueManager({ redis });
const acme = queues.tenant({ tenantId: 'acme', tenantTier: 'free' });
export const { text } = await acme.request(greet, { name: 'Ada' });

await worker.stop();
await queues.close();
