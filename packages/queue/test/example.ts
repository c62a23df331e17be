import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { z } from 'zod';

const generate = defineAction('embedding.generate', {
  data: z.object({ texts: z.array(z.string()) }),
});

const redis = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const queues = new DomainQueueManager({ redis, prefix: 'example' });

const acme = queues.tenant({ tenantId: 'acme', tenantTier: 'professional' });
const options = { idempotencyKey: 'page-1', callback: 'query' };
export const receipt = await acme.enqueue(generate, { texts: ['hello'] }, options);
export const stats = await queues.stats('embedding');

await queues.cancel(receipt);
await queues.close();
