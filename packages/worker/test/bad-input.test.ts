import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { defineAction } from '@nooble/models';
import { ActionClient, DomainQueueManager, type DeadLetter } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import type { WorkerOptions } from '../src/options.ts';
import { aborted, generate, type Generate } from './fixture.ts';

const acme = { tenantId: 'acme', tenantTier: 'professional', data: { text: 'hello' } } as const;

/** A real queue with one worker. */
async function startWorker(
  handler: Generate | ActionProcessor,
  options: Partial<WorkerOptions> = {},
) {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  const processor =
    handler instanceof ActionProcessor
      ? handler
      : new ActionProcessor().register(generate, handler);
  const quiet = { logger: false, handleSignals: false, graceMs: 0, timeoutGraceMs: 10 } as const;
  const retry = { attempts: 2, baseMs: 1, capMs: 1 };
  const parts = { domain: 'embedding', redis, prefix, processor, retry, ...quiet, ...options };
  const worker = new BaseWorker(parts);
  onTestFinished(async () => worker.stop());
  await worker.start();
  const letters = async (): Promise<DeadLetter[]> => queues.deadLetters('embedding').list();
  return { queues, client: new ActionClient({ queues }), letters, prefix };
}

describe('a caller and the dead letters both learn', () => {
  it.each<[string, string, Generate]>([
    ['that a handler throws', 'INTERNAL', () => Promise.reject(new Error('no such model'))],
    ['that a handler returns what is no result', 'VALIDATION', () => ({ length: 'x' as never })],
  ])('%s', async (_what, code, handler) => {
    const { client, letters } = await startWorker(handler);
    await expect(client.request(generate, acme)).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      details: { error: { code } },
    });
    await expect.poll(letters).toMatchObject([{ error: { code } }]);
  });

  it.each<[string, string, unknown]>([
    ['is too large for a message', 'PAYLOAD_TOO_LARGE', 'x'.repeat(5_000)],
    ['cannot become JSON', 'INTERNAL', 1n],
  ])('that a result %s', async (_what, code, result) => {
    const anything = defineAction('embedding.anything', { data: z.object({}) });
    const processor = new ActionProcessor().register(anything, () => result);
    const limit = { maxPayloadBytes: 4_096 };
    const { client, letters } = await startWorker(processor, limit);
    await expect(client.request(anything, { ...acme, data: {} })).rejects.toMatchObject({
      details: { error: { code } },
    });
    await expect.poll(letters).toMatchObject([{ error: { code } }]);
  });

  it.each<[string, z.ZodType]>([
    ['throws', z.string().transform((text) => JSON.parse(text) as unknown)],
    ['is asynchronous', z.string().refine(async () => true)],
    ['rejects', z.string().transform(async () => Promise.reject(new Error('no')))],
  ])('that the schema of a result %s, and the work was done once', async (_what, result) => {
    const costly = defineAction('embedding.costly', { data: z.object({}), result });
    let runs = 0;
    const processor = new ActionProcessor().register(costly, () => `answer ${(runs += 1)}`);
    const { client, letters } = await startWorker(processor);
    await expect(client.request(costly, { ...acme, data: {} })).rejects.toMatchObject({
      details: { error: { code: 'VALIDATION' } },
    });
    await expect.poll(letters).toMatchObject([{ error: { code: 'VALIDATION' } }]);
    expect(runs).toBe(1);
  });

  it('that a handler hangs past its timeout', async () => {
    const { client, letters } = await startWorker(async (_action, { signal }) => aborted(signal));
    await expect(client.request(generate, { ...acme, timeoutMs: 20 })).rejects.toMatchObject({
      details: { error: { code: 'ACTION_TIMEOUT' } },
    });
    await expect.poll(letters).toMatchObject([{ error: { code: 'ACTION_TIMEOUT' }, failures: 1 }]);
  });

  it('that nobody knows the type of an action, once it has waited for a worker that does', async () => {
    const brief = { unhandledForMs: 1 };
    const { client, letters } = await startWorker(() => ({ length: 1 }), brief);
    const unknown = defineAction('embedding.unheard-of', { data: z.object({ text: z.string() }) });
    await expect(client.request(unknown, acme)).rejects.toMatchObject({
      details: { error: { code: 'UNKNOWN_ACTION' } },
    });
    await expect.poll(letters).toMatchObject([{ failures: 0 }]);
  });

  it('that data of a known type does not fit, at once', async () => {
    const { client, letters } = await startWorker(() => ({ length: 1 }));
    const careless = defineAction('embedding.generate', { data: z.object({ text: z.number() }) });
    const input = { ...acme, data: { text: 7 } };
    await expect(client.request(careless, input)).rejects.toMatchObject({
      details: { error: { code: 'VALIDATION' } },
    });
    await expect.poll(letters).toMatchObject([{ failures: 0 }]);
  });
});

it('keeps an envelope that does not parse as a dead letter with its raw text', async () => {
  const { queues, letters, prefix } = await startWorker(() => ({ length: 1 }));
  await queues.pause('embedding');
  const { actionId } = await queues.enqueue(generate.create(acme));
  const redis = new RedisPool({ url: inject('redisUrl') });
  onTestFinished(async () => redis.close());
  const key = `${prefix}:{embedding}:actions`;
  const stored = (await redis.command().hget(key, actionId)) ?? '';
  await redis.command().hset(key, actionId, `${stored.split('\n')[0]}\n{"v":1, nonsense`);
  await queues.resume('embedding');
  await expect
    .poll(letters)
    .toMatchObject([{ actionId, envelope: '{"v":1, nonsense', error: { code: 'INVALID_ACTION' } }]);
});

it('lets an action wait for a domain that nobody serves, where stats show it', async () => {
  const { queues } = await startWorker(() => ({ length: 1 }));
  const orphan = defineAction('nobody.cares', { data: z.object({}) });
  await queues.enqueue(orphan.create({ tenantId: 'acme', tenantTier: 'free', data: {} }));
  const { tiers } = await queues.stats('nobody');
  expect(tiers.free).toMatchObject({ waiting: 1, tenantsWaiting: 1 });
});

it('has another worker run what a worker holds that blocks its event loop past the lease', async () => {
  const leaseMs = 300;
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  const script = fileURLToPath(new URL('./blocking-worker.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, redis, prefix, String(leaseMs)]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const receipt = await queues.enqueue(generate.create(acme), { retainMs: 60_000 });
  await once(child.stdout, 'data');
  const processor = new ActionProcessor().register(generate, () => ({ length: 42 }));
  const quiet = { logger: false, handleSignals: false } as const;
  const parts = { domain: 'embedding', redis, prefix, processor, leaseMs, ...quiet };
  const worker = new BaseWorker(parts);
  onTestFinished(async () => worker.stop());
  await worker.start();
  const [lost] = (await once(child.stdout, 'data')) as [Buffer];
  expect(lost.toString()).toContain('lost');
  expect(await queues.get(receipt)).toMatchObject({ state: 'done', result: { length: 42 } });
});
