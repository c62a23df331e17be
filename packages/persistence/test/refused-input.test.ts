import { defineAction } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { connect, type Persistence } from '../src/index.ts';
import { testDatabase } from './databases.ts';

async function open(): Promise<Persistence> {
  const persistence = connect({ url: await testDatabase() });
  onTestFinished(async () => persistence.close());
  return persistence;
}

const plan = { name: 'basic', tier: 'free' } as const;
const tenant = { tenantId: 'acme', plan: 'basic' } as const;

const unused = {} as DomainQueueManager;

const CALLS: readonly [string, RegExp, (persistence: Persistence) => unknown][] = [
  [
    'a misspelt limit',
    /perminute/,
    ({ tenants }) => tenants.putPlan({ ...plan, limits: { perminute: 5 } as never }),
  ],
  [
    'a misspelt weight',
    /wieght/,
    ({ tenants }) => tenants.putPlan({ ...plan, wieght: 5 } as never),
  ],
  [
    'a misspelt suspension',
    /suspend/,
    ({ tenants }) => tenants.put({ ...tenant, suspend: true } as never),
  ],
  [
    'a misspelt limit of a tenant',
    /limit/,
    ({ tenants }) => tenants.put({ ...tenant, limit: {} } as never),
  ],
  ['a page of 0', /limit/, ({ tenants }) => tenants.list({ limit: 0 })],
  ['no refused actions', /limit/, ({ outbox }) => outbox({ queues: unused }).refused({ limit: 0 })],
  [
    'a domain twice',
    /domains/,
    ({ recorder }) => recorder({ queues: unused, domains: ['a', 'a'] }),
  ],
  ['a page of text', /limit/, ({ tenants }) => tenants.list({ limit: '5' as never })],
  ['a page after NUL', /after/, ({ tenants }) => tenants.list({ after: '\0' })],
  ['the 30th of February', /2026-02-30/, ({ usage }) => usage.daily({ from: '2026-02-30' })],
  [
    'the 31st of June',
    /2026-06-31/,
    ({ usage }) => usage.daily({ from: '2026-01-01', to: '2026-06-31' }),
  ],
  [
    'days in the wrong order',
    /to/,
    ({ usage }) => usage.daily({ from: '2026-01-02', to: '2026-01-01' }),
  ],
  [
    'a time before all years',
    /from/,
    ({ history }) => history.search({ from: new Date(-8.64e15) }),
  ],
];

it.each(CALLS)('refuses %s with a RangeError', async (_, message, call) => {
  const persistence = await open();
  await persistence.tenants.putPlan(plan);
  const refused = Promise.resolve().then(() => call(persistence));
  await expect(refused).rejects.toThrow(RangeError);
  await expect(refused).rejects.toThrow(message);
});

it('refuses to delete a plan that tenants have', async () => {
  const { tenants } = await open();
  await tenants.putPlan(plan);
  await tenants.put(tenant);
  await expect(tenants.removePlan('basic')).rejects.toThrow(/^Cannot delete the plan "basic"/);
});

it('refuses to store an action in the transaction of another tenant', async () => {
  const persistence = await open();
  const queues = new DomainQueueManager({ redis: inject('redisUrl') });
  onTestFinished(async () => queues.close());
  const outbox = persistence.outbox({ queues });
  const ask = defineAction('query.ask', { data: z.string() });
  const action = ask.create({ tenantId: 'acme', tenantTier: 'free', data: 'why?' });
  const work = persistence.transaction('globex', async (transaction) =>
    outbox.enqueueIn(transaction, action),
  );
  await expect(work).rejects.toMatchObject({ code: 'TENANT_MISMATCH' });
});
