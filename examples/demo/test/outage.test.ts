import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { expect, it, onTestFinished } from 'vitest';
import { indexAction, openStage } from './stage.ts';

it('indexes a document after an outage of Redis, without restarting the services', async () => {
  const redis = await startEmbeddedRedis();
  onTestFinished(async () => redis.stop());
  const { queues, answers, start } = await openStage({ redis: redis.url });
  const services = [await start('query-service'), await start('embedding-service')];
  const ready = async (): Promise<number[]> =>
    Promise.all(services.map(async ({ url }) => (await fetch(`${url}/ready`)).status));
  await redis.kill();
  await expect.poll(ready, { timeout: 10_000 }).toEqual([503, 503]);
  await redis.restart();
  await expect.poll(ready, { timeout: 10_000 }).toEqual([200, 200]);
  await queues.enqueue(indexAction(1));
  await expect.poll(() => answers.indexed.length, { timeout: 20_000 }).toBe(1);
});
