import { readFile } from 'node:fs/promises';
import { defineAction } from '@nooble/models';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { expect, it, onTestFinished } from 'vitest';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import { z } from 'zod';
import { aborted, deferred, generate, next } from './fixture.ts';

/** The rights that SECURITY.md lists for a separate user, and those that a Cluster needs in addition. */
const RIGHTS =
  '~nooble:* +@read +@write +@connection -@admin -@dangerous -@scripting +eval +evalsha +info +time';
const CLUSTER_RIGHTS = '+cluster|slots +cluster|info';

const DENIED = [
  'FLUSHALL',
  'FLUSHDB',
  'KEYS *',
  'SWAPDB 0 1',
  'CLIENT LIST',
  'CLIENT KILL TYPE normal',
  'CONFIG GET *',
  'SCRIPT FLUSH',
  'FUNCTION FLUSH',
  'CLUSTER RESET',
  'GET other:{embedding}:actions',
];

/** A server with the user `service`, and a pool of its administrator. */
async function serverWithUser(): Promise<{ admin: RedisPool; redis: string }> {
  const server = await startEmbeddedRedis();
  onTestFinished(async () => server.stop());
  const admin = new RedisPool({ url: server.url });
  onTestFinished(async () => admin.close());
  await admin.command().call('ACL', 'SETUSER', 'service', 'on', '>secret', ...RIGHTS.split(' '));
  return { admin, redis: server.url.replace('redis://', 'redis://service:secret@') };
}

it('needs no more rights in Redis than the documents say', async () => {
  const { redis } = await serverWithUser();
  const processor = new ActionProcessor().register(generate, async ({ data }, { emit }) => {
    await emit('a chunk');
    return { length: data.text.length };
  });
  const quiet = { logger: false, handleSignals: false } as const;
  const worker = new BaseWorker({ domain: 'embedding', redis, processor, ...quiet });
  onTestFinished(async () => worker.stop());
  const queues = new DomainQueueManager({ redis });
  onTestFinished(async () => queues.close());
  await worker.start();
  const input = { tenantId: 'acme', tenantTier: 'free', data: { text: 'hello' } } as const;
  expect(await new ActionClient({ queues }).request(generate, input)).toEqual({ length: 5 });
  const stream = new ActionClient({ queues, inbox: 'gateway-1' }).stream(generate, input);
  expect(await stream.next()).toEqual({ done: false, value: 'a chunk' });
  expect(await stream.result).toEqual({ length: 5 });
  const followed = new ActionClient({ queues }).follow(stream.ref);
  expect(await followed.next()).toEqual({ done: false, value: 'a chunk' });
  const { data, ...tenant } = input;
  const schedule = { ...tenant, definition: generate, input: data, everyMs: 1_000 };
  const stored = await queues.schedule('often', { ...schedule, missed: 'all' });
  expect(await queues.schedules('embedding')).toEqual([stored]);
  const listener = { onRefused: () => expect.unreachable(), onMissed: () => expect.unreachable() };
  await queues.sendDueSlots('embedding', listener);
  await queues.unschedule(stored);
  expect((await queues.stats('embedding')).tiers.free.waiting).toBe(0);
  expect(await worker.health()).toMatchObject({ status: 'ok' });
});

it('needs no more rights to stop running actions and their children', async () => {
  const { redis } = await serverWithUser();
  const plan = defineAction('planning.plan', { data: z.object({}) });
  const leaf = deferred();
  const quiet = { redis, logger: false, handleSignals: false, concurrency: 1 } as const;
  const workers = [
    new ActionProcessor().register(plan, async (_action, ctx) => {
      await ctx.enqueue(generate, { text: 'x' });
      return aborted(ctx.signal);
    }),
    new ActionProcessor().register(generate, async (_action, { signal }) => {
      leaf.resolve();
      return aborted(signal);
    }),
  ].map((processor) => new BaseWorker({ ...quiet, processor }));
  const queues = new DomainQueueManager({ redis });
  onTestFinished(async () => queues.close());
  for (const worker of workers) {
    onTestFinished(async () => worker.stop());
    await worker.start();
  }
  const acme = queues.tenant({ tenantId: 'acme', tenantTier: 'free' });
  const receipt = await acme.enqueue(plan, {});
  await leaf.promise;
  const ended = workers.map(async (worker) => next(worker, 'cancelled'));
  expect(await queues.cancel(receipt)).toBe('cancelling');
  await Promise.all(ended);
});

it('is denied what would harm others by the rights the documents name', async () => {
  const { admin, redis } = await serverWithUser();
  const service = new RedisPool({ url: redis });
  onTestFinished(async () => service.close());
  for (const line of DENIED) {
    const [command = '', ...args] = line.split(' ');
    await expect(service.command().call(command, ...args), line).rejects.toThrow('NOPERM');
  }
  await admin.command().call('ACL', 'SETUSER', 'service', ...CLUSTER_RIGHTS.split(' '));
  const tryAs = async (...command: string[]): Promise<unknown> =>
    admin.command().call('ACL', 'DRYRUN', 'service', ...command);
  expect(await tryAs('CLUSTER', 'SLOTS')).toBe('OK');
  expect(await tryAs('CLUSTER', 'INFO')).toBe('OK');
  expect(await tryAs('CLUSTER', 'RESET')).toContain('no permissions');
});

it('has the rights that the documents name', async () => {
  const text = await readFile(new URL('../../../SECURITY.md', import.meta.url), 'utf8');
  expect(text).toContain(RIGHTS);
  expect(text).toContain(CLUSTER_RIGHTS);
});
