import { defineAction, defineCallback } from '@nooble/models';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ClaimedAction } from '../src/broker.ts';
import { DomainQueueManager } from '../src/manager.ts';
import { actionOf, openQueue } from './fixture.ts';

const generate = defineAction('embedding.generate', {
  data: z.object({ texts: z.array(z.string()) }),
  result: z.number(),
});
const data = { texts: ['hello'] };
const acme = { tenantId: 'acme', tenantTier: 'free' } as const;
const directory = { resolve: () => ({ tier: 'enterprise' as const }) };

describe('a tenant sends', () => {
  it('a definition and its data', async () => {
    const { queues, claim } = openQueue();
    const receipt = await queues.tenant(acme).enqueue(generate, data);
    expect(receipt).toMatchObject({ status: 'accepted', queue: 'embedding:acme:free' });
    const [claimed] = await claim(1);
    expect(claimed?.envelope).toContain('"texts":["hello"]');
  });

  it('with the fields of the action and how it is enqueued in one object', async () => {
    const { queues, claim } = openQueue();
    const tenant = queues.tenant(acme);
    const fields = { actionId: 'mine', sessionId: 'chat', metadata: { page: 1 }, timeoutMs: 500 };
    const once = { idempotencyKey: 'key', cost: 2, expiresInMs: 60_000 };
    await tenant.enqueue(generate, data, { ...fields, ...once });
    const again = await tenant.enqueue(generate, data, { idempotencyKey: 'key' });
    expect(again).toMatchObject({ status: 'duplicate', actionId: 'mine' });
    const [claimed] = await claim(2);
    expect(JSON.parse(claimed?.envelope ?? '')).toMatchObject({
      action_id: 'mine',
      session_id: 'chat',
      metadata: { page: 1 },
      timeout_ms: 500,
    });
    expect(claimed?.expiresInMs).toBeGreaterThan(0);
  });

  it.each([
    ['a domain', 'query', undefined],
    ['a definition', defineCallback(generate, 'query'), 'query.embedding.generate.result'],
    [
      'a definition of another name',
      defineAction('query.embedded', { data: z.unknown() }),
      'query.embedded',
    ],
  ])('with a callback to %s', async (_what, callback, type) => {
    const { queues, claim } = openQueue();
    await queues.tenant(acme).enqueue(generate, data, { callback });
    const [claimed] = await claim(1);
    const envelope = JSON.parse(claimed?.envelope ?? '') as Record<string, unknown>;
    expect(envelope['callback_queue']).toBe('query:acme:free');
    expect(envelope['callback_type']).toBe(type);
  });

  it('several at once, of which a bad one keeps none of the others back', async () => {
    const { queues, claim } = openQueue();
    const each = [data, { texts: 5 } as never, data];
    const outcomes = await queues.tenant(acme).enqueueMany(generate, each);
    expect(outcomes).toMatchObject([
      { status: 'accepted' },
      { status: 'rejected', actionId: '', error: { code: 'VALIDATION' } },
      { status: 'accepted' },
    ]);
    expect(await claim(3)).toHaveLength(2);
  });

  it('a request over a client that all tenants of a manager share', async () => {
    const queue = openQueue();
    const tenants = ['acme', 'globex'].map((tenantId) =>
      queue.queues.tenant({ ...acme, tenantId }),
    );
    const requests = tenants.map(async (tenant) => tenant.request(generate, data));
    const claimed: ClaimedAction[] = [];
    await expect
      .poll(async () => claimed.push(...(await queue.claim(2))), { timeout: 20_000 })
      .toBe(2);
    const inboxes = claimed.map(
      ({ envelope }) => (JSON.parse(envelope) as { reply_to: string }).reply_to,
    );
    expect(new Set(inboxes).size).toBe(1);
    const closed = { code: 'ACTION_CANCELLED' };
    const rejected = requests.map(async (request) => expect(request).rejects.toMatchObject(closed));
    await queue.queues.close();
    await Promise.all(rejected);
  });
});

describe('the tier of a tenant', () => {
  it('is looked up once where it is left out', async () => {
    const asked: string[] = [];
    const resolve = (tenantId: string) => {
      asked.push(tenantId);
      return { tier: 'enterprise' as const };
    };
    const { queues } = openQueue({ directory: { resolve } });
    const tenant = queues.tenant({ tenantId: 'acme' });
    const receipt = await tenant.enqueue(generate, data, { callback: 'query' });
    expect(receipt.queue).toBe('embedding:acme:enterprise');
    expect(asked).toEqual(['acme']);
    await tenant.enqueueMany(generate, [data, data, data]);
    expect(asked).toHaveLength(2);
  });

  it('is refused where it is stated and wrong', async () => {
    const { queues, stored } = openQueue({ directory });
    const sending = queues.tenant(acme).enqueue(generate, data);
    await expect(sending).rejects.toMatchObject({ code: 'TENANT_MISMATCH' });
    expect(await stored.dump()).toEqual({});
  });

  it('has to be stated without a directory', () => {
    const { queues } = openQueue();
    const error = expect.objectContaining({ code: 'INVALID_ACTION' }) as Error;
    expect(() => queues.tenant({ tenantId: 'acme' })).toThrow(error);
    expect(() => queues.tenant({ tenantId: 'acme', tenantTier: 'gold' as never })).toThrow(error);
    expect(() => queues.tenant({ tenantId: 'no:name', tenantTier: 'free' })).toThrow(error);
    expect(() => queues.tenant()).toThrow('no tenant');
  });

  it.each(['unknown', 'suspended'])('refuses one that is %s', async (kind) => {
    const entry = kind === 'unknown' ? undefined : { tier: 'free' as const, suspended: true };
    const { queues, stored } = openQueue({ directory: { resolve: () => entry } });
    const sending = queues.tenant({ tenantId: 'acme' }).enqueue(generate, data);
    await expect(sending).rejects.toMatchObject({ code: 'TENANT_MISMATCH' });
    expect(await stored.dump()).toEqual({});
  });
});

describe('within an action', () => {
  const parent = actionOf({
    tenantTier: 'free',
    sessionId: 'chat',
    metadata: { traceparent: '00-1' },
  });

  it('a child inherits tenant, task, session and trace, and its request does, too', async () => {
    const { queues, claim } = openQueue();
    const child = queues.within(parent).tenant();
    await child.enqueue(generate, data, { metadata: { page: 1 } });
    const request = child.request(generate, data, { metadata: { page: 1 } });
    request.catch(() => undefined);
    const claimed: ClaimedAction[] = [];
    await expect.poll(async () => claimed.push(...(await claim(2))), { timeout: 20_000 }).toBe(2);
    for (const { envelope } of claimed) {
      expect(JSON.parse(envelope)).toMatchObject({
        tenant_id: 'acme',
        task_id: 'task',
        session_id: 'chat',
        parent_action_id: parent.actionId,
        metadata: { traceparent: '00-1', page: 1 },
      });
    }
    await queues.close();
    await expect(request).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
  });

  it('no other tenant can be acted for', () => {
    const { queues } = openQueue();
    const error = expect.objectContaining({ code: 'TENANT_MISMATCH' }) as Error;
    expect(() => queues.within(parent).tenant({ ...acme, tenantId: 'globex' })).toThrow(error);
  });
});

describe('a mistake in the options is refused, and nothing is stored', () => {
  it.each<[string, unknown]>([
    ['a misspelled option', { delay: 500 }],
    ['a field of the sender', { tenantId: 'evil' }],
    ['options that are not an object', 'soon'],
    ['null for options', null],
    ['a callback to no domain', { callback: 'Bad Domain' }],
    ['a callback that is null', { callback: null }],
    ['a callback that is a number', { callback: 5 }],
    ['metadata that is text', { metadata: 'abc' }],
    ['metadata that is a list', { metadata: [1] }],
    ['two times at once', { delayMs: 1, runAt: new Date() }],
  ])('%s', async (_what, options) => {
    const { queues, stored } = openQueue();
    const tenant = queues.tenant(acme);
    const refused = { code: 'INVALID_ACTION' };
    await expect(tenant.enqueue(generate, data, options as never)).rejects.toMatchObject(refused);
    expect(await stored.dump()).toEqual({});
  });

  it.each(['idempotencyKey', 'actionId'])('%s for several', async (name) => {
    const { queues } = openQueue();
    const options = { [name]: 'one' };
    const refused = { code: 'INVALID_ACTION' };
    const sending = queues.tenant(acme).enqueueMany(generate, [data, data], options);
    await expect(sending).rejects.toMatchObject(refused);
    await expect(queues.enqueueMany([actionOf()], options)).rejects.toMatchObject(refused);
  });

  it('an option of enqueue in a request, which would be ignored', async () => {
    const { queues } = openQueue();
    const request = queues.tenant(acme).request(generate, data, { delayMs: 5 } as never);
    await expect(request).rejects.toThrow('request has no option "delayMs"');
  });

  it('more than the tenant in `tenant()`, which would change every action', async () => {
    const { queues, claim } = openQueue();
    const row = { ...acme, sessionId: 'of a database', timeoutMs: 5 };
    await queues.tenant(row).enqueue(generate, data);
    const [claimed] = await claim(1);
    expect(claimed?.envelope).not.toContain('of a database');
  });
});

it('a directory that fails is an outcome of every one of several', async () => {
  const away = { resolve: (): never => expect.fail('database away') };
  const { queues } = openQueue({ directory: away });
  const tenant = queues.tenant({ tenantId: 'acme' });
  const rejected = { status: 'rejected', error: { code: 'TENANT_DIRECTORY' } };
  expect(await tenant.enqueueMany(generate, [data, data])).toMatchObject([rejected, rejected]);
});

describe('a request', () => {
  it('with the id of an action that is there is refused, and cancels nothing', async () => {
    const { queues } = openQueue();
    const tenant = queues.tenant(acme);
    const receipt = await tenant.enqueue(generate, data, { actionId: 'mine', delayMs: 60_000 });
    const request = tenant.request(generate, data, { actionId: 'mine' });
    await expect(request).rejects.toThrow('was sent before');
    expect(await queues.get(receipt)).toMatchObject({ state: 'delayed' });
  });

  it('does not wait longer for its directory than it may', async () => {
    const silent = { resolve: async () => new Promise<never>(() => {}) };
    const { queues } = openQueue({ directory: silent });
    const tenant = queues.tenant({ tenantId: 'acme' });
    const late = tenant.request(generate, data, { timeoutMs: 20 });
    await expect(late).rejects.toMatchObject({ code: 'ACTION_TIMEOUT' });
    const reason = new Error('gone');
    const controller = new AbortController();
    const aborted = tenant.request(generate, data, { signal: controller.signal });
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
  });

  it('is cancelled at once when its manager is closed already', async () => {
    const { queues } = openQueue();
    await queues.close();
    const request = queues.tenant(acme).request(generate, data);
    await expect(request).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
  });
});

describe('a child', () => {
  const parent = actionOf({ tenantTier: 'enterprise', sessionId: 'chat' });

  it('has the tier of its parent, stated or not', async () => {
    const { queues } = openQueue();
    const within = queues.within(parent);
    const receipt = await within.tenant({ tenantId: 'acme' }).enqueue(generate, data);
    expect(receipt.queue).toBe('embedding:acme:enterprise');
    const error = expect.objectContaining({ code: 'TENANT_MISMATCH' }) as Error;
    expect(() => within.tenant(acme)).toThrow(error);
  });

  it('cannot state another task or session', async () => {
    const { queues } = openQueue();
    const tenant = queues.within(parent).tenant();
    await tenant.enqueue(generate, data, { sessionId: 'chat' });
    for (const options of [{ sessionId: 'other' }, { taskId: 'other' }]) {
      const sending = tenant.enqueue(generate, data, options);
      await expect(sending).rejects.toMatchObject({ code: 'INVALID_ACTION' });
    }
  });
});

it.each([{}, { redis: null }, { redis: 5 }])('a manager needs a Redis: %o', (options) => {
  expect(() => new DomainQueueManager(options as never)).toThrow('expected a URL or a RedisPool');
});
