import { isNoobleError } from '@nooble/errors';
import { defineAction } from '@nooble/models';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionClient } from '../src/action-client.ts';
import { DomainQueueManager } from '../src/manager.ts';
import { openQueue } from './fixture.ts';

type Any = (...args: unknown[]) => unknown;
/** A method, valid arguments, the place of the hostile one, and a word of the message that names it. */
type Row = readonly [method: string, args: readonly unknown[], at: number, names: RegExp];

const ask = defineAction('embedding.ask', { data: z.string(), result: z.string() });
const acme = { tenantId: 'acme', tenantTier: 'free' };
const ref = { domain: 'embedding', actionId: 'a1' };
const plan = { definition: ask, input: 'hello', ...acme, everyMs: 60_000 };

/** No argument may be any of these, other than where `undefined` stands for a default. */
const HOSTILE: readonly unknown[] = [
  null,
  5,
  5n,
  true,
  Symbol('x'),
  () => 1,
  ['id'],
  new Proxy({}, { get: () => 5, has: () => true }),
  {
    get domain() {
      return 5;
    },
    signal: 5,
    toString: 5,
  },
];

const MANAGER: readonly Row[] = [
  ['enqueue', [undefined], 0, /action/i],
  ['enqueue', [ask.create({ ...acme, data: 'x' } as never), undefined], 1, /options|option/],
  ['enqueueMany', [undefined], 0, /actions/],
  ['tenant', [undefined], 0, /tenant/],
  ['within', [undefined], 0, /action|tenant/],
  ['get', [undefined], 0, /reference|domain|action id/],
  ['cancel', [undefined], 0, /reference|domain|action id/],
  ['explain', [undefined], 0, /reference|domain|action id/],
  ['signal', [undefined, 'approval', 1], 0, /reference|domain|action id/],
  ['signal', [ref, undefined, 1], 1, /name/],
  ['stats', [undefined], 0, /domain/],
  ['workers', [undefined], 0, /domain/],
  ['deadLetters', [undefined], 0, /domain/],
  ['setPartitions', ['embedding', undefined], 1, /number of partitions/],
  ['tenantStats', ['embedding', undefined], 1, /tenant/],
  ['tenantStats', ['embedding', 'acme', undefined], 2, /tenantStats|tier/],
  ['list', [undefined], 0, /list|state|domain/],
  ['pause', [undefined], 0, /pause|domain/],
  ['pause', ['embedding', undefined], 1, /pause/],
  ['resume', [undefined], 0, /resume|domain/],
  ['schedule', [undefined, plan], 0, /name of a schedule/],
  ['schedule', ['nightly', undefined], 1, /schedule|definition/],
  ['schedules', [undefined], 0, /domain/],
  ['schedules', ['embedding', undefined], 1, /schedules|tenant/],
  ['unschedule', [undefined], 0, /schedule|domain/],
];

const LETTERS: readonly Row[] = [
  ['list', [undefined], 0, /list|after|tenant/],
  ['redrive', [undefined], 0, /redrive/],
  ['discard', [undefined], 0, /discard/],
];

const TENANT: readonly Row[] = [
  ['enqueue', [undefined, 'x'], 0, /definition/],
  ['enqueue', [ask, 'x', undefined], 2, /enqueue|option/],
  ['enqueueMany', [undefined, ['x']], 0, /definition/],
  ['enqueueMany', [ask, undefined], 1, /data/],
  ['request', [undefined, 'x'], 0, /definition/],
  ['request', [ask, 'x', undefined], 2, /request/],
  ['stream', [undefined, 'x'], 0, /definition/],
  ['stream', [ask, 'x', undefined], 2, /stream/],
];

const CLIENT: readonly Row[] = [
  ['request', [undefined, { ...acme, data: 'x' }], 0, /definition/],
  ['request', [ask, undefined], 1, /data|action|tenant/i],
  ['request', [ask, { ...acme, data: 'x' }, undefined], 2, /request/],
  ['stream', [undefined, { ...acme, data: 'x' }], 0, /definition/],
  ['stream', [ask, undefined], 1, /data|action|tenant/i],
  ['stream', [ask, { ...acme, data: 'x' }, undefined], 2, /stream/],
  ['follow', [undefined], 0, /reference|domain/],
  ['follow', [ref, undefined], 1, /follow|signal/],
  ['resume', [undefined], 0, /reference|domain/],
  ['resume', [ref, undefined], 1, /resume|signal|definition/],
  ['unclaimed', [undefined], 0, /unclaimed|signal/],
];

/** The only ones that fit: a number of partitions, and lists, whose items are refused one by one. */
function isFit(method: string, value: unknown): boolean {
  return method === 'setPartitions'
    ? value === 5
    : method === 'enqueueMany' && Array.isArray(value);
}

function open() {
  const { queues } = openQueue();
  const client = new ActionClient({ queues, inbox: 'hostile' });
  onTestFinished(async () => client.close());
  return { queues, client };
}

describe.each<[string, readonly Row[], () => unknown]>([
  ['DomainQueueManager', MANAGER, () => open().queues],
  ['DeadLetters', LETTERS, () => open().queues.deadLetters('embedding')],
  ['TenantQueues', TENANT, () => open().queues.tenant({ tenantId: 'acme', tenantTier: 'free' })],
  ['ActionClient', CLIENT, () => open().client],
])('%s', (_name, rows, make) => {
  it.each(rows)('%s refuses a hostile argument with a typed error: %j, %i', async (...row) => {
    const [method, args, at, names] = row;
    const target = make() as Record<string, Any>;
    for (const value of HOSTILE.filter((each) => !isFit(method, each))) {
      const call = async () => target[method]?.(...args.with(at, value));
      const error = await call().then(
        () => new Error('It was accepted'),
        (thrown: unknown) => thrown as Error,
      );
      const what = `${method}(…) with argument ${at} of type ${typeof value}: ${error.stack}`;
      expect(isNoobleError(error) || error instanceof RangeError, what).toBe(true);
      // The fields of a hostile object are 5.
      expect(`${error.message} `, what).toMatch(
        new RegExp(`${names.source}|use 5 as|callback 5`, 'i'),
      );
    }
  });
});

it.each<[string, object, RegExp]>([
  ['redrive', { actionIds: 'a1' }, /actionIds/],
  ['redrive', { actionIds: [5] }, /action id/],
  ['redrive', { all: false }, /all/],
  ['redrive', {}, /all|actionIds/],
  ['discard', { all: true, actionIds: ['a1'] }, /either/],
  ['discard', { every: true }, /every/],
  ['list', { after: 'a1' }, /after/],
  ['list', { limit: 0 }, /limit/],
])('%s of dead letters refuses %j', async (method, choice, message) => {
  const letters = open().queues.deadLetters('embedding') as unknown as Record<string, Any>;
  await expect(letters[method]?.(choice)).rejects.toThrow(message);
});

it.each([null, 5, {}, { queues: 5 }, { queues: {} }])('a client refuses %j', (options) => {
  expect(() => new ActionClient(options as never)).toThrow(RangeError);
});

it('an action is never sent with an expiry of 0, which would be none', async () => {
  const { queues } = open();
  const action = ask.create({ tenantId: 'acme', tenantTier: 'free', data: 'x' });
  const options = { expiresInMs: 0 };
  const refused = { code: 'INVALID_ACTION', message: expect.stringContaining('expiresInMs') };
  await expect(queues.enqueue(action, options)).rejects.toMatchObject(refused);
  const tenant = queues.tenant({ tenantId: 'acme', tenantTier: 'free' });
  await expect(tenant.enqueue(ask, 'x', options)).rejects.toMatchObject(refused);
});

it('a closed manager sends nothing, although its pool is open', async () => {
  const { redis, prefix } = openQueue();
  const queues = new DomainQueueManager({ redis, prefix });
  const tenant = queues.tenant({ tenantId: 'acme', tenantTier: 'free' });
  const begun = tenant.enqueue(ask, 'begun before');
  await queues.close();
  expect((await begun).status).toBe('accepted');
  const action = ask.create({ tenantId: 'acme', tenantTier: 'free', data: 'x' });
  const refused = { code: 'MANAGER_CLOSED', retryable: true };
  await expect(queues.enqueue(action)).rejects.toMatchObject(refused);
  await expect(tenant.enqueue(ask, 'x')).rejects.toMatchObject(refused);
  for (const results of [
    await queues.enqueueMany([action]),
    await tenant.enqueueMany(ask, ['x']),
  ]) {
    expect(results).toMatchObject([{ status: 'rejected', error: refused }]);
  }
});
