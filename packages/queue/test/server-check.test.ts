import { defineAction } from '@nooble/models';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { DomainQueueManager } from '../src/manager.ts';
import { createBroker } from '../src/claiming/partitioned-broker.ts';

const greet = defineAction('greeting.create', { data: z.object({}) });

it('warns once of a server that evicts keys, no matter what uses it first', async () => {
  const server = await startEmbeddedRedis({ settings: ['--maxmemory-policy', 'allkeys-lru'] });
  onTestFinished(async () => server.stop());
  const redis = new RedisPool({ url: server.url });
  onTestFinished(async () => redis.close());
  const warnings: string[] = [];
  const onWarning = (warning: string): void => void warnings.push(warning);
  const queues = new DomainQueueManager({ redis, onWarning });
  const broker = createBroker({ domain: 'greeting', redis, onWarning });
  await broker.claim({ slots: 1 });
  await queues.enqueue(greet.create({ tenantId: 'acme', tenantTier: 'free', data: {} }));
  await expect
    .poll(() => warnings)
    .toEqual([expect.stringContaining('maxmemory-policy noeviction')]);
});
