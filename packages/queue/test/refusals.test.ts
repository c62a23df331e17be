import type { TenantDirectory, TenantEntry, TenantLimits } from '../src/admission/directory.ts';
import type { EnqueueOptions } from '../src/admission/enqueue-options.ts';
import type { DomainAction } from '@nooble/models';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DomainQueueManager } from '../src/manager.ts';
import { createBroker } from '../src/claiming/partitioned-broker.ts';
import { audit } from './audit.ts';
import { actionOf, idsOf, NO_LIMITS, openPool, openQueue } from './fixture.ts';

function directoryOf(entries: Readonly<Record<string, TenantEntry>>): TenantDirectory {
  return { resolve: (tenantId) => entries[tenantId] };
}

it('refuses a tenant the directory does not know, has suspended, or knows by another tier', async () => {
  const directory = directoryOf({
    suspended: { tier: 'professional', suspended: true },
    poor: { tier: 'free' },
  });
  const { enqueue, stored } = openQueue({ directory });
  for (const [tenantId, reason] of [
    ['unknown', 'does not know'],
    ['suspended', 'suspended'],
    ['poor', 'its tier is "free"'],
  ] as const) {
    await expect(enqueue({ tenantId })).rejects.toMatchObject({
      code: 'TENANT_MISMATCH',
      message: expect.stringContaining(reason) as string,
    });
  }
  expect(await stored.dump()).toEqual({});
});

it('asks a directory that answers later', async () => {
  const directory: TenantDirectory = { resolve: async () => Promise.resolve({ tier: 'free' }) };
  const { enqueue } = openQueue({ directory });
  expect(await enqueue({ tenantTier: 'free' })).toMatchObject({ queue: 'embedding:acme:free' });
});

it('applies the limits the directory states, on top of those of the tier', async () => {
  const directory = directoryOf({
    acme: { tier: 'free', limits: { perMinute: 2 } },
    umbrella: { tier: 'free', limits: { perMinute: null } },
  });
  const { queues } = openQueue({ directory, tiers: { free: { perMinute: 1, maxDepth: 3 } } });
  const codesOf = async (tenantId: string) => {
    const four = Array.from({ length: 4 }, () => actionOf({ tenantId, tenantTier: 'free' }));
    const outcomes = await queues.enqueueMany(four);
    return outcomes.map((each) => (each.status === 'rejected' ? each.error.code : each.status));
  };
  expect(await codesOf('acme')).toEqual(['accepted', 'accepted', 'RATE_LIMIT', 'RATE_LIMIT']);
  expect(await codesOf('umbrella')).toEqual(['accepted', 'accepted', 'accepted', 'QUEUE_FULL']);
});

it.each<object>([
  { cost: 0 },
  { cost: -1 },
  { cost: 1e-4 },
  { expiresInMs: -1 },
  { cost: 1_000_001 },
  { cost: Number.NaN },
  { delayMs: -1 },
  { delayMs: Number.POSITIVE_INFINITY },
  { delayMs: 5, runAt: new Date() },
  { runAt: 'tomorrow' },
  { retainMs: -1 },
  { retainMs: 367 * 86_400_000 },
  { idempotencyKey: '' },
  { idempotencyKey: 'é'.repeat(129) },
])('refuses an option out of range: %o', async (options) => {
  const { enqueue, stored } = openQueue();
  await expect(enqueue({}, options)).rejects.toMatchObject({ code: 'INVALID_ACTION' });
  expect(await stored.dump()).toEqual({});
});

it.each<EnqueueOptions & object>([
  { cost: 1e-3 },
  { cost: 1_000_000 },
  { delayMs: 0 },
  { retainMs: 0.5 },
  { runAt: '2020-01-01T00:00:00Z' },
  { idempotencyKey: 'é{}:*\n'.repeat(36) },
])('accepts an option within its range: %o', async (options) => {
  const { enqueue, claimOne, settle } = openQueue();
  const { actionId } = await enqueue({}, options);
  const claimed = await claimOne();
  expect(claimed.lease.actionId).toBe(actionId);
  expect(await settle(claimed, { status: 'done' })).toBe('ok');
});

it('refuses an envelope above the limit, counted in bytes', async () => {
  const { enqueue } = openQueue({ maxPayloadBytes: 2_048 });
  expect(await enqueue({ data: 'x'.repeat(1_000) })).toMatchObject({ status: 'accepted' });
  await expect(enqueue({ data: 'ü'.repeat(1_000) })).rejects.toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    details: { limitBytes: 2_048 },
  });
});

const HOSTILE = [
  '',
  'a:b',
  '{x}',
  '*',
  'a b',
  '../x',
  'x\ny',
  'ä',
  '-a',
  'a'.repeat(129),
  '__proto__:',
];

it.each(HOSTILE)('refuses the hostile name %j for a tenant, an action, a domain', async (name) => {
  const { enqueue, queues, stored } = openQueue();
  for (const fields of [{ tenantId: name }, { actionId: name }, { actionType: `${name}.x` }]) {
    await expect(enqueue(fields)).rejects.toMatchObject({ code: 'INVALID_ACTION' });
  }
  const refused = { code: 'INVALID_ACTION' };
  await expect(queues.stats(name)).rejects.toMatchObject(refused);
  await expect(queues.get({ domain: name, actionId: 'x' })).rejects.toMatchObject(refused);
  await expect(queues.cancel({ domain: 'embedding', actionId: name })).rejects.toMatchObject(
    refused,
  );
  await expect(queues.pause({ domain: 'embedding', tenantId: name })).rejects.toMatchObject(
    refused,
  );
  expect(() => queues.deadLetters(name)).toThrow(/valid domain/);
  expect(await stored.dump()).toEqual({});
});

it.each(['', '{x}', 'a}b', 'a b', '*', ':a', 'a'.repeat(129)])(
  'refuses the hostile prefix %j',
  (prefix) => {
    const redis = openPool();
    expect(() => new DomainQueueManager({ redis, prefix })).toThrow(RangeError);
    expect(() => createBroker({ redis, prefix, domain: 'embedding' })).toThrow(RangeError);
  },
);

it.each([
  { leaseMs: 29 },
  { leaseMs: 1.5 },
  { floor: -1 },
  { maxStalls: -1 },
  { maxPayloadBytes: 10 },
  { tiers: { free: { weight: 0 } } },
])('refuses a broker with an impossible option: %o', (options) => {
  const redis = openPool();
  expect(() => createBroker({ redis, domain: 'embedding', ...options })).toThrow(RangeError);
});

it('keeps names apart that only look alike', async () => {
  const { enqueue, claim } = openQueue();
  const names = ['a', 'A', 'a.b', 'a-b', 'a_b', 'a@b', '1', '01', 'constructor', 'toString'];
  const ids = [];
  for (const tenantId of names) ids.push((await enqueue({ tenantId })).actionId);
  const claimed = await claim(20);
  expect(idsOf(claimed).sort()).toEqual(ids.sort());
  expect(new Set(claimed.map(({ lease }) => lease.tenantId))).toEqual(new Set(names));
});

it('refuses a callback queue of another tenant', async () => {
  const { enqueue, stored } = openQueue();
  await expect(enqueue({ callbackQueue: 'query:umbrella:free' })).rejects.toMatchObject({
    code: 'TENANT_MISMATCH',
  });
  expect(await stored.dump()).toEqual({});
});

it.each<Partial<DomainAction>>([
  { callbackQueue: 'query:acme' },
  { callbackQueue: 'query:acme:gold' },
  { callbackQueue: 'query:acme:free', callbackType: 'other.answer' },
  { callbackQueue: 'query:acme:free', replyTo: 'inbox:x' },
  { callbackQueue: 'query:acme:free', actionId: 'x'.repeat(121) },
  { replyTo: 'inbox:{x}' },
  { tenantTier: 'gold' as 'free' },
  { expiresAt: 'tomorrow' },
  { timeoutMs: 0 },
  { taskId: '' },
  { createdAt: 'now' },
])(
  'refuses an action whose end could not be told, or that nobody could read: %o',
  async (fields) => {
    const { enqueue, stored } = openQueue();
    await expect(enqueue(fields)).rejects.toMatchObject({ code: 'INVALID_ACTION' });
    expect(await stored.dump()).toEqual({});
  },
);

it.each(['1969-12-31T23:59:59Z', '0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z'])(
  'ends an action that expired before 1970 like any other that expired: %s',
  async (expiresAt) => {
    const { enqueue, claim, stored } = openQueue();
    await enqueue({ expiresAt });
    const { actionId } = await enqueue();
    expect(idsOf(await claim(5))).toEqual([actionId]);
    expect(await audit(stored)).toEqual([]);
  },
);

it('admits nothing that stops a domain, whatever an envelope says', async () => {
  const queue = openQueue();
  const iso = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  const fields = fc.record(
    {
      expiresAt: fc.oneof(iso, fc.string()),
      sessionId: fc.string({ unit: 'binary' }),
      taskId: fc.string({ unit: 'binary' }),
      timeoutMs: fc.oneof(fc.integer(), fc.double()),
      data: fc.jsonValue(),
      metadata: fc.dictionary(fc.string(), fc.jsonValue()),
      tenantId: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,20}$/),
    },
    { requiredKeys: [] },
  );
  const property = fc.asyncProperty(
    fields,
    fc.double({ min: 1e-3, max: 1e6 }),
    async (each, cost) => {
      const action = actionOf(each as Partial<DomainAction>);
      const accepted = await queue.enqueue(action, { cost }).then(
        () => true,
        (error: { code: string }) => expect(error.code).toBe('INVALID_ACTION'),
      );
      const expired = Date.parse(action.expiresAt ?? '') <= Date.now();
      const claimed = await queue.claim(5);
      expect(idsOf(claimed)).toEqual(accepted === true && !expired ? [action.actionId] : []);
      for (const each of claimed) await queue.settle(each, { status: 'done' });
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

it('refuses admission to a domain paused so, and admits again when it is resumed', async () => {
  const { enqueue, queues, stored, claim } = openQueue();
  await queues.pause('embedding', { admission: true });
  await expect(enqueue()).rejects.toMatchObject({
    code: 'QUEUE_PAUSED',
    details: { domain: 'embedding' },
  });
  expect(await stored.hash('actions')).toEqual({});
  await queues.resume('embedding');
  await enqueue();
  expect(await claim(1)).toHaveLength(1);
});

it('refuses admission to a tenant paused so, and to no other', async () => {
  const { enqueue, queues } = openQueue();
  await queues.pause({ domain: 'embedding', tenantId: 'acme' }, { admission: true });
  await expect(enqueue()).rejects.toMatchObject({
    code: 'QUEUE_PAUSED',
    details: { domain: 'embedding:acme:professional' },
  });
  expect(await enqueue({ tenantId: 'umbrella' })).toMatchObject({ status: 'accepted' });
  await queues.resume({ domain: 'embedding', tenantId: 'acme' });
  expect(await enqueue()).toMatchObject({ status: 'accepted' });
});

it('goes on admitting to a domain or tenant whose serving is paused', async () => {
  const { enqueue, queues, claim } = openQueue();
  await queues.pause({ domain: 'embedding', tenantId: 'acme' });
  await queues.pause('embedding');
  expect(await enqueue()).toMatchObject({ status: 'accepted' });
  expect(await enqueue({ tenantId: 'umbrella' })).toMatchObject({ status: 'accepted' });
  expect(await claim(5)).toEqual([]);
  await queues.resume('embedding');
  expect((await claim(5)).map(({ lease }) => lease.tenantId)).toEqual(['umbrella']);
});

it('serves a tenant again only when both it and its domain are resumed', async () => {
  const { enqueue, queues, claim } = openQueue({ tiers: NO_LIMITS });
  await enqueue();
  await queues.pause({ domain: 'embedding', tenantId: 'acme' }, { admission: true });
  await queues.pause({ domain: 'embedding', tenantId: 'acme' });
  await enqueue();
  await queues.resume({ domain: 'embedding', tenantId: 'acme' });
  expect(await claim(5)).toHaveLength(2);
});

it('gives child actions the task, session and tenant of their parent, and no other tenant', async () => {
  const { queues, claimOne } = openQueue();
  const parent = actionOf({ taskId: 'piece of work', sessionId: 's' });
  const children = queues.within(parent);
  await children.enqueue(actionOf({ taskId: 'ignored' }));
  expect(JSON.parse((await claimOne()).envelope)).toMatchObject({
    task_id: 'piece of work',
    session_id: 's',
    parent_action_id: parent.actionId,
  });
  await expect(children.enqueue(actionOf({ tenantId: 'umbrella' }))).rejects.toMatchObject({
    code: 'TENANT_MISMATCH',
  });
});

it('answers for each of several, also for one that no rule of ours refused', async () => {
  const failing = {
    resolve: (id: string) => (id === 'acme' ? { tier: 'professional' as const } : fail(id)),
  };
  const { queues } = openQueue({ directory: failing });
  const outcomes = await queues.enqueueMany([
    actionOf(),
    actionOf({ tenantId: 'globex' }),
    null as unknown as DomainAction,
    actionOf(),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    'accepted',
    'rejected',
    'rejected',
    'accepted',
  ]);
});

function fail(tenantId: string): never {
  throw new Error(`Nobody can say who ${tenantId} is`);
}

it('takes a limit that is given as undefined for the one of the tier', async () => {
  const limits = { perMinute: undefined } as unknown as TenantLimits;
  const { queues } = openQueue({
    tiers: { professional: { perMinute: 1 } },
    directory: directoryOf({ acme: { tier: 'professional', limits } }),
  });
  await queues.enqueue(actionOf());
  await expect(queues.enqueue(actionOf())).rejects.toMatchObject({ code: 'RATE_LIMIT' });
});
