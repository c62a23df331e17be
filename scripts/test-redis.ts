import { startEmbeddedRedis, type EmbeddedRedis } from '../packages/redis/src/embedded.ts';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Redis of the whole test run; each test uses a separate prefix. */
    redisUrl: string;
  }
}

let redis: EmbeddedRedis | undefined;

/** Starts the Redis of a test run, unless `NOOBLE_TEST_REDIS_URL` is set. Never the JavaScript implementation. */
export async function setup(project: TestProject): Promise<void> {
  const url = process.env['NOOBLE_TEST_REDIS_URL'];
  if (url !== undefined && url !== '') return project.provide('redisUrl', url);
  redis = await startEmbeddedRedis({ onProgress: (line) => process.stdout.write(`${line}\n`) });
  project.provide('redisUrl', redis.url);
}

export async function teardown(): Promise<void> {
  await redis?.stop();
}
