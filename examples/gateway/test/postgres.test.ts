import { migratePassages } from '@nooble-examples/query-service/passage-schema';
import { connect } from '@nooble/persistence';
import { expect, inject, it, onTestFinished } from 'vitest';
import { RedisPool } from '@nooble/redis';
// @boundaries-ignore the databases of the test run
import { openClient, testDatabase } from '../../../packages/persistence/test/databases.ts';
import { ask } from './client.ts';
import { startModel } from './model-server.ts';
import { openServices } from './stage.ts';

const patient = { timeout: 25_000 };
const TENANTS = ['acme', 'globex'] as const;

/** A database with the tables of the services, and a plan for two tenants. */
async function openDatabase() {
  const url = await testDatabase();
  await migratePassages(url);
  const persistence = connect({ url });
  onTestFinished(async () => persistence.close());
  await persistence.tenants.putPlan({ name: 'business', tier: 'enterprise' });
  for (const tenantId of TENANTS) await persistence.tenants.put({ tenantId, plan: 'business' });
  return { url, persistence };
}

it('with DATABASE_URL keeps passages, plans, history and usage in PostgreSQL', async () => {
  const { url, persistence } = await openDatabase();
  const model = await startModel();
  const { startReplica, queues, metrics } = await openServices(model.url, { DATABASE_URL: url });
  const gateway = await startReplica({ DATABASE_URL: url });
  const asking = ask(gateway.url, 'globex');
  await expect.poll(() => model.open(), patient).toBe(1);
  model.say('It is globex-secret. [1]');
  model.finish();
  expect(await (await asking).json()).toMatchObject({
    sources: [{ document_id: 'secret', text: expect.stringContaining('globex-secret') as string }],
  });

  // History: every hop of the question, in order.
  const found = { tenantId: 'globex', actionType: 'query.generate' };
  const questions = async () => (await persistence.history.search(found)).endings;
  await expect.poll(async () => (await questions()).length, patient).toBe(1);
  const [question] = await questions();
  const hops = async () =>
    (await persistence.history.trace(question?.taskId ?? '', { tenantId: 'globex' })).map(
      ({ actionType, ending }) => [actionType, ending],
    );
  await expect.poll(hops, patient).toEqual([
    ['query.generate', 'done'],
    ['embedding.generate', 'done'],
  ]);

  const recorded =
    /nooble_recorder_endings_total\{messaging_destination_name="query",nooble_outcome="recorded"\} [1-9]/;
  expect(await metrics()).toMatch(recorded);

  // Usage: equals the endings.
  for (const tenantId of TENANTS) {
    const { endings } = await persistence.history.search({ tenantId });
    const daily = await persistence.usage.daily({ from: '2000-01-01', to: '2999-12-31', tenantId });
    expect(daily.reduce((sum, { done }) => sum + done, 0)).toBe(endings.length);
  }

  // Passages: in PostgreSQL, and not in Redis.
  const client = await openClient(url);
  const { rows } = await client.query(
    'SELECT DISTINCT tenant_id FROM passages.passages ORDER BY 1',
  );
  expect(rows).toEqual(TENANTS.map((tenant_id) => ({ tenant_id })));
  const redis = new RedisPool({ url: inject('redisUrl') });
  onTestFinished(async () => redis.close());
  expect(await redis.command().keys(`${queues.prefix}:query:*`)).toEqual([]);

  // Plans: a change applies without a restart, and a tenant that has none is refused.
  expect((await ask(gateway.url, 'hobbyist')).status).toBe(403);
  const limited = { name: 'business', tier: 'enterprise', limits: { perMinute: 1 } } as const;
  await persistence.tenants.putPlan(limited);
  await expect.poll(async () => statusOfQuestion(gateway.url), patient).toBe(429);
});

/** Asks until the question is refused or takes longer than a refusal would. */
async function statusOfQuestion(url: string): Promise<number> {
  const response = await ask(url, 'globex', { signal: AbortSignal.timeout(1_000) }).catch(
    () => undefined,
  );
  return response?.status ?? 0;
}
