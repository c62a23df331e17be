import { expect, it } from 'vitest';
import type { EnqueueOptions } from '../src/admission/enqueue-options.ts';
import { ActionClient } from '../src/action-client.ts';
import type { QueueManagerOptions } from '../src/manager-options.ts';
import { defineAction } from '@nooble/models';
import { z } from 'zod';
import { actionOf, openQueue } from './fixture.ts';

/** Values that `Number()` converts to a number, and NaN. */
const NO_NUMBERS = ['5', ' 5', '', true, [5], null, 5n, Symbol('5'), { valueOf: () => 5 }, NaN];

it.each(
  ['cost', 'delayMs', 'expiresInMs', 'retainMs'].flatMap((name) =>
    NO_NUMBERS.map((value) => [name, value] as const),
  ),
)('refuses %s %o, which is no number', async (name, value) => {
  const { enqueue, stored } = openQueue();
  await expect(enqueue({}, { [name]: value })).rejects.toMatchObject({
    code: 'INVALID_ACTION',
    message: expect.stringContaining(name) as string,
  });
  expect(await stored.dump()).toEqual({});
});

it.each(['x 3', '60', '-1', '11/27/2026', 1795688174, new Date(NaN), { toString: () => '5' }])(
  'refuses %o as a time to run at',
  async (runAt) => {
    const { enqueue, stored } = openQueue();
    await expect(enqueue({}, { runAt } as EnqueueOptions)).rejects.toMatchObject({
      code: 'INVALID_ACTION',
      message: expect.stringMatching(/runAt .*: expected a valid Date, or ISO 8601/) as string,
    });
    expect(await stored.dump()).toEqual({});
  },
);

it.each(['\ud800', '\ud801', 'order \udc00', 5, ['order'], { toString: () => 'order' }])(
  'refuses %o as an idempotency key: two that are not well formed could be taken for one',
  async (idempotencyKey) => {
    const { enqueue } = openQueue();
    await expect(enqueue({}, { idempotencyKey } as EnqueueOptions)).rejects.toMatchObject({
      code: 'INVALID_ACTION',
      message: expect.stringContaining('idempotency key') as string,
    });
  },
);

it.each(NO_NUMBERS)('refuses to wait %o ms for a result', async (timeoutMs) => {
  const { queues } = openQueue();
  const say = defineAction('hello.say', { data: z.string() });
  const input = { tenantId: 'acme', tenantTier: 'free', data: '' } as const;
  const client = new ActionClient({ queues });
  const options = { timeoutMs: timeoutMs as number };
  await expect(client.request(say, input, options)).rejects.toThrow(/Cannot use .* as timeoutMs/);
});

it('refuses every wrong option of an action at once, and names that do not exist', async () => {
  const { enqueue, stored } = openQueue();
  const options = { cost: 0, delayMs: -1, idempotencyKey: '', retainFor: 5 };
  await expect(enqueue({}, options as EnqueueOptions)).rejects.toMatchObject({
    code: 'INVALID_ACTION',
    message: expect.stringMatching(
      /"" as idempotencyKey: .+ 0 as cost: .+ -1 as delayMs: .+ no option "retainFor"/,
    ) as string,
  });
  expect(await stored.dump()).toEqual({});
});

it('refuses names that a page of dead letters and a pause do not have', async () => {
  const { queues } = openQueue();
  const page = queues.deadLetters('embedding').list({ size: 5 } as never);
  await expect(page).rejects.toThrow('no option "size", only after, limit');
  const pausing = queues.pause('embedding', { admision: true } as never);
  await expect(pausing).rejects.toThrow('no option "admision", only admission');
});

it.each<[string, object]>([
  ['a name that does not exist', { maxPayload: 2048 }],
  ['a prefix that is a list, and a warning that is text', { prefix: ['a'], onWarning: 'log' }],
  ['a policy that is text', { tiers: { free: 'all' } }],
  ['tiers that are a list', { tiers: [] }],
  ['a weight that is text', { tiers: { free: { weight: '5 ' } } }],
  ['a weight that is a list', { domains: { a: { free: { weight: [5] } } } }],
  ['a limit that is true', { tiers: { free: { perMinute: true } } }],
  ['a timeout that is text', { tiers: { free: { timeoutMs: '5' } } }],
  ['a policy of a domain that is null', { domains: { a: null } }],
  ['an unknown tier of a domain', { domains: { a: { gold: {} } } }],
  ['a size that is text', { maxPayloadBytes: '2048' }],
])('refuses a manager with %s', (_what, options) => {
  expect(() => openQueue(options as Partial<QueueManagerOptions>)).toThrow(RangeError);
});

it.each(['leaseMs', 'floor', 'maxStalls', 'maxPayloadBytes'])(
  'refuses a worker whose %s is no number',
  (name) => {
    const { brokerOf } = openQueue();
    for (const value of [...NO_NUMBERS, 0.5])
      expect(() => brokerOf({ [name]: value })).toThrow(` as ${name}: expected a whole number`);
  },
);

it('sends what an action was when it was enqueued', async () => {
  const directory = { resolve: async () => Promise.resolve({ tier: 'professional' } as const) };
  const { queues, claimOne } = openQueue({ directory });
  const data = { text: 'then' };
  const metadata: Record<string, unknown> = { note: 'then' };
  const sent = queues.enqueue(actionOf({ data, metadata }));
  data.text = 'now';
  metadata['note'] = 'now';
  await sent;
  expect(JSON.parse((await claimOne()).envelope)).toMatchObject({
    data: { text: 'then' },
    metadata: { note: 'then' },
  });
});
