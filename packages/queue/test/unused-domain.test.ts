import { expect, it } from 'vitest';
import type { DomainQueueManager } from '../src/manager.ts';
import { openQueue } from './fixture.ts';

const domain = 'unused';
const ref = { domain, actionId: 'a1' };
const own = { ...ref, tenantId: 'acme' };

it.each<[string, (queues: DomainQueueManager) => Promise<unknown>]>([
  ['get', async (queues) => queues.get(ref)],
  ['explain', async (queues) => queues.explain(own)],
  ['cancel', async (queues) => queues.cancel(own)],
  ['signal', async (queues) => queues.signal(own, 'approval', 1)],
  ['stats', async (queues) => queues.stats(domain)],
  ['workers', async (queues) => queues.workers(domain)],
  ['tenantStats', async (queues) => queues.tenantStats(domain, 'acme')],
  ['list', async (queues) => queues.list({ domain, tenantId: 'acme', state: 'waiting' })],
  ['schedules', async (queues) => queues.schedules(domain)],
  [
    'unschedule',
    async (queues) => queues.unschedule({ domain, tenantId: 'acme', name: 'nightly' }),
  ],
  ['resume', async (queues) => queues.resume(domain)],
  ['resume of a tenant', async (queues) => queues.resume({ domain, tenantId: 'acme' })],
  ['deadLetters.list', async (queues) => queues.deadLetters(domain).list()],
  ['redrive', async (queues) => queues.deadLetters(domain).redrive({ actionIds: ['a1'] })],
  ['redrive of all', async (queues) => queues.deadLetters(domain).redrive({ all: true })],
  ['discard', async (queues) => queues.deadLetters(domain).discard({ actionIds: ['a1'] })],
])('%s leaves no permanent key in a domain that was never used', async (_name, call) => {
  const { queues, redis, prefix } = openQueue();
  await call(queues);
  const names = await redis.command().keys(`${prefix}*`);
  const lasting: string[] = [];
  for (const name of names) if ((await redis.command().ttl(name)) < 0) lasting.push(name);
  expect(lasting).toEqual([]);
});

it('a tenant that was paused before the domain was ever used is served once it is resumed', async () => {
  const queue = openQueue();
  const tenant = { domain: 'embedding', tenantId: 'acme' };
  await queue.queues.pause(tenant);
  await queue.queues.resume(tenant);
  await queue.enqueue({ tenantId: tenant.tenantId });
  expect(await queue.claim(1)).toHaveLength(1);
});
