import { fork } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defineAction } from '@nooble/models';
import { createBroker, DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import { next } from './fixture.ts';

const program = fileURLToPath(new URL('./computing-worker.mjs', import.meta.url));
const work = defineAction('computing.do', { data: z.object({ computeMs: z.number() }) });
const acme = { tenantId: 'acme', tenantTier: 'enterprise' } as const;

it('leaves the word to an idle worker while its own handler computes', async () => {
  const [redis, prefix] = [inject('redisUrl'), `test-${randomUUID()}`];
  const pool = new RedisPool({ url: redis });
  const queues = new DomainQueueManager({ redis: pool, prefix });
  onTestFinished(async () => pool.close());
  const busy = fork(program, [redis, prefix]);
  onTestFinished(() => void busy.kill('SIGKILL'));
  expect(await once(busy, 'message')).toContain('consumes');
  await queues.enqueue(work.create({ ...acme, data: { computeMs: 20_000 } }));
  expect(await once(busy, 'message')).toContain('computes');
  const listening = async (): Promise<string[]> =>
    String(await pool.command().client('LIST'))
      .split('\n')
      .filter(
        (line) => line.includes('name=computing-worker-blocking') && line.includes('flags=b'),
      );
  await expect.poll(listening, { timeout: 3_000 }).toEqual([]);

  const words: boolean[] = [];
  const broker = createBroker({ domain: 'computing', redis: pool, prefix });
  const wait = broker.waitForWork.bind(broker);
  broker.waitForWork = async (options) => {
    const isWoken = await wait(options);
    words.push(isWoken);
    return isWoken;
  };
  const processor = new ActionProcessor().register(work, () => null);
  const quiet = { logger: false, handleSignals: false, graceMs: 0 } as const;
  const idle = new BaseWorker({
    domain: 'computing',
    redis: pool,
    prefix,
    processor,
    broker,
    ...quiet,
  });
  onTestFinished(async () => idle.stop());
  await idle.start();
  const done = next(idle, 'done');
  await queues.enqueue(work.create({ ...acme, tenantId: 'globex', data: { computeMs: 0 } }));
  await done;
  expect(words).toContain(true);
});
