import { defineAction, defineCallback } from '@nooble/models';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ClaimedAction } from '../src/broker.ts';
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
    await queue.queues.close();
    const closed = { code: 'ACTION_CANCELLED' };
    for (const request of requests) await expect(request).rejects.toMatchObject(closed);
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
