import { defineAction } from '@nooble/models';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { z } from 'zod';

const redis = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const say = defineAction('hello.say', { data: z.object({ name: z.string() }), result: z.string() });

const processor = new ActionProcessor().register(say, ({ data }) => `Hello, ${data.name}!`);
const worker = new BaseWorker({ domain: 'hello', redis, processor, logger: false });
await worker.start();

const queues = new DomainQueueManager({ redis });
const client = new ActionClient({ queues });
const ada = { tenantId: 'acme', data: { name: 'Ada' } };
const text = await client.request(say, { ...ada, tenantTier: 'free' });
console.log(text);

await Promise.all([worker.stop(), queues.close()]);
