import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { expect, it, onTestFinished } from 'vitest';
import { ActionProcessor } from '../src/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import { generate } from './fixture.ts';

/** The rights that SECURITY.md names, for a user of its own. */
const RIGHTS = '~nooble:* +@read +@write +@scripting +@connection +info +time';

it('needs no more rights in Redis than the documents say', async () => {
  const server = await startEmbeddedRedis();
  onTestFinished(async () => server.stop());
  const admin = new RedisPool({ url: server.url });
  onTestFinished(async () => admin.close());
  await admin.command().call('ACL', 'SETUSER', 'service', 'on', '>secret', ...RIGHTS.split(' '));
  const redis = server.url.replace('redis://', 'redis://service:secret@');
  const processor = new ActionProcessor().register(generate, ({ data }) => ({
    length: data.text.length,
  }));
  const quiet = { logger: false, handleSignals: false } as const;
  const worker = new BaseWorker({ domain: 'embedding', redis, processor, ...quiet });
  onTestFinished(async () => worker.stop());
  const queues = new DomainQueueManager({ redis });
  onTestFinished(async () => queues.close());
  await worker.start();
  const input = { tenantId: 'acme', tenantTier: 'free', data: { text: 'hello' } } as const;
  expect(await new ActionClient({ queues }).request(generate, input)).toEqual({ length: 5 });
  expect((await queues.stats('embedding')).tiers.free.waiting).toBe(0);
  expect(await worker.health()).toMatchObject({ status: 'ok' });
});
