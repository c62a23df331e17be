import { randomUUID } from 'node:crypto';
import { generateEmbeddings, validateTexts } from '@nooble-examples/contracts';
import { loadSettings } from '@nooble/config';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { startEmbeddingService } from '../src/service.ts';
import { settingsDefinition } from '../src/settings.ts';

async function startService(): Promise<{ client: ActionClient; url: string }> {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const env = { REDIS_URL: redis, KEY_PREFIX: prefix, HTTP_PORT: '0', LOG_LEVEL: 'silent' };
  const service = await startEmbeddingService(
    loadSettings(settingsDefinition, { env, envFile: false }),
  );
  onTestFinished(async () => service.stop());
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  return { client: new ActionClient({ queues }), url: service.url };
}

const acme = { tenantId: 'acme', tenantTier: 'professional' } as const;

it('turns texts into vectors', async () => {
  const { client } = await startService();
  const data = { texts: ['one text', 'another text'] };
  const result = await client.request(generateEmbeddings, { ...acme, data });
  expect(result).toMatchObject({ model: 'feature-hashing-512', dimensions: 512, total_tokens: 4 });
  expect(result.embeddings).toHaveLength(2);
});

it('permanently refuses a model that it does not have', async () => {
  const { client } = await startService();
  const data = { texts: ['a'], model: 'gigantic' };
  await expect(client.request(generateEmbeddings, { ...acme, data })).rejects.toMatchObject({
    code: 'ACTION_FAILED',
    message: expect.stringContaining('Model "gigantic" is not available') as string,
    details: { error: { code: 'VALIDATION', retryable: false, http_status: 400 } },
  });
});

it('reports the texts that cannot be embedded', async () => {
  const { client } = await startService();
  const data = { texts: ['fine words', ' ', '?!', 'x'.repeat(9_000)], model: 'other' };
  const { valid, problems } = await client.request(validateTexts, { ...acme, data });
  expect(valid).toBe(false);
  expect(problems.map(({ index }) => index)).toEqual([1, 2, 3, -1]);
});

it('serves health and readiness over HTTP, and problem details otherwise', async () => {
  const { url } = await startService();
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
  expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({
    status: 'ok',
    consuming: true,
  });
  expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('nooble_worker_slots{');
});
