import { isNoobleError } from '@nooble/errors';
import { expect, it } from 'vitest';
import type { TenantDirectory } from '../src/admission/directory.ts';
import { actionOf, openQueue } from './fixture.ts';

/** Returns `resolve()` for tenant acme, and a valid entry for every other tenant. */
function directoryOf(resolve: () => unknown): TenantDirectory {
  const usual = { tier: 'professional' } as const;
  return { resolve: (tenantId) => (tenantId === 'acme' ? (resolve() as never) : usual) };
}

const entries: readonly (readonly [string, object])[] = [
  ...['5 ', ' 5', '5', '1e2', '0x10', true, [5], null, {}, 5n, Symbol('5')].map(
    (weight) => ['weight', { weight }] as const,
  ),
  ...[0, -1, 1e-4, 1_001, Number.NaN, Number.POSITIVE_INFINITY, { valueOf: () => 5 }].map(
    (weight) => ['weight', { weight }] as const,
  ),
  ['perMinute', { limits: { perMinute: -1 } }],
  ['perMinute', { limits: { perMinute: '5' } }],
  ['perMinute', { limits: { perMinute: 1_000_001 } }],
  ['perDay', { limits: { perDay: 1.5 } }],
  ['perDay', { limits: { perDay: 2 ** 53 } }],
  ['maxDepth', { limits: { maxDepth: Number.POSITIVE_INFINITY } }],
  ['maxDepth', { limits: { maxDepth: [5] } }],
  ['maxActive', { limits: { maxActive: 0 } }],
  ['maxActive', { limits: { maxActive: true } }],
  ['onLimit', { limits: { onLimit: 'wait' } }],
  ['limits', { limits: 5 }],
  ['limits', { limits: null }],
  ['limits', { limits: [] }],
  ['suspended', { suspended: 'yes' }],
  ['suspended', { suspended: 1 }],
  ['tier', { tier: 'gold' }],
  ['tier', { tier: { toString: () => 'professional' } }],
  ['tier', { tier: undefined }],
];

it.each(entries)('refuses a directory entry by its %s: %o', async (field, fields) => {
  const directory = directoryOf(() => ({ tier: 'professional', ...fields }));
  const { queues, stored } = openQueue({ directory });
  await expect(queues.enqueue(actionOf())).rejects.toMatchObject({
    code: 'TENANT_DIRECTORY',
    message: expect.stringMatching(`tenant "acme".* as (limits\\.)?${field}: expected`) as string,
  });
  expect(await stored.dump()).toEqual({});
});

it.each<[string, () => unknown]>([
  ['is text', () => 'professional'],
  ['is a list', () => []],
  ['is a promise of a number', async () => Promise.resolve(5)],
  ['is a promise that is rejected', async () => Promise.reject(new Error('database away'))],
  ['is thrown', () => expect.fail('database away')],
  ['has a getter that throws', () => Object.defineProperty({}, 'tier', { get: () => fail() })],
  ['is a Proxy that was revoked', revoked],
])('refuses a directory entry that %s, and nobody else', async (_what, resolve) => {
  const { queues, claim } = openQueue({ directory: directoryOf(resolve) });
  const actions = [actionOf(), actionOf({ tenantId: 'globex' })];
  const [odd, other] = await queues.enqueueMany(actions);
  expect(odd).toMatchObject({ status: 'rejected', error: { code: 'TENANT_DIRECTORY' } });
  expect(other).toMatchObject({ status: 'accepted' });
  const error: unknown = await queues.enqueue(actionOf()).catch((thrown: unknown) => thrown);
  expect(isNoobleError(error)).toBe(true);
  expect(await claim(5)).toHaveLength(1);
});

function fail(): never {
  throw new TypeError('on purpose');
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

it.each([1e-3, 0.30000000000000004, 1 / 3, 1, 123.456, 1_000])(
  'serves by a weight of %d',
  async (weight) => {
    const { queues, claimOne, stored } = openQueue({
      directory: directoryOf(() => ({ tier: 'professional', weight })),
    });
    await queues.enqueueMany([actionOf(), actionOf()]);
    await claimOne();
    const [tag] = (await stored.ready('professional')).values();
    expect(tag).toBe(1 / weight);
  },
);

it('reads each field of an entry once', async () => {
  let asked = 0;
  const limits = Object.defineProperty({}, 'perMinute', { get: () => ((asked += 1), 5) });
  const { queues } = openQueue({
    directory: directoryOf(() => ({ tier: 'professional', limits })),
  });
  await queues.enqueue(actionOf());
  expect(asked).toBe(1);
});
