import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { z } from 'zod';

const generate = defineAction('embedding.generate', {
  data: z.object({ texts: z.array(z.string()) }),
});

const redis = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const queues = new DomainQueueManager({ redis, prefix: 'example' });

const action = generate.create({
  tenantId: 'acme',
  tenantTier: 'professional',
  data: { texts: ['hello'] },
});
export const receipt = await queues.enqueue(action, { idempotencyKey: 'page-1' });
export const stats = await queues.stats('embedding');

await queues.cancel(receipt);
await queues.close();
