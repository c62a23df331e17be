import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { z } from 'zod';

const own = process.env['REDIS_URL'] === undefined ? await startEmbeddedRedis() : undefined;
const redis = own?.url ?? process.env['REDIS_URL'] ?? '';

const say = defineAction('hello.say', { data: z.object({ name: z.string() }), result: z.string() });
const processor = new ActionProcessor().register(say, ({ data }) => `Hello, ${data.name}!`);
const worker = new BaseWorker({ redis, processor, logger: false });
await worker.start();

const queues = new DomainQueueManager({ redis });
const acme = queues.tenant({ tenantId: 'acme', tenantTier: 'free' });
console.log(await acme.request(say, { name: 'Ada' }));

await Promise.all([worker.stop(), queues.close()]);
await own?.stop();
