import { decodeAction, type DomainAction } from '@nooble/models';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ActionClient } from '../src/action-client.ts';
import type { Outcome } from '../src/broker.ts';
import { inboxKey } from '../src/protocol/keys.ts';
import { actionOf, failure, openQueue, PATIENT, type Queue } from './fixture.ts';

const NAME = 'gateway-1';
const replyTo = `inbox:${NAME}`;

function clientOf({ queues }: Queue, inbox: string | undefined = NAME): ActionClient {
  const client = new ActionClient({ queues, ...(inbox !== undefined && { inbox }) });
  onTestFinished(async () => client.close());
  return client;
}

/** An action that an earlier process of the inbox has sent. */
async function sentBefore(queue: Queue, fields: Partial<DomainAction> = {}) {
  return queue.enqueue({ replyTo, ...fields });
}

/** Claims one action and settles it. */
async function end(queue: Queue, outcome: Outcome = { status: 'done', result: 5 }): Promise<void> {
  const claimed = await queue.claimOne();
  const action = decodeAction(claimed.envelope);
  const answers = await queue.brokerOf().settle([{ claimed, action, outcome }]);
  expect([...answers.values()]).toEqual(['ok']);
}

const entriesIn = async ({ redis, prefix }: Queue): Promise<number> =>
  redis.command().xlen(inboxKey(prefix, NAME));

describe('a named inbox', () => {
  it('gives a later process the reply that came meanwhile, and removes it', async () => {
    const queue = openQueue();
    const ref = await sentBefore(queue);
    await end(queue);
    expect(await clientOf(queue).resume(ref)).toBe(5);
    await expect.poll(async () => entriesIn(queue), PATIENT).toBe(0);
  });

  it('gives a later process the reply that is still to come', async () => {
    const queue = openQueue();
    const ref = await sentBefore(queue);
    const resumed = expect(clientOf(queue).resume(ref)).rejects.toMatchObject({
      code: 'ACTION_FAILED',
    });
    await end(queue, { status: 'dead', error: failure });
    await resumed;
  });

  it('lists replies that nobody asked for, keeps each until the next is requested, and goes on', async () => {
    const queue = openQueue();
    const first = await sentBefore(queue);
    await end(queue);
    const stop = new AbortController();
    const replies = clientOf(queue).unclaimed({ signal: stop.signal })[Symbol.asyncIterator]();
    const { domain, actionId } = first;
    expect((await replies.next()).value).toEqual({
      actionId,
      ref: { domain, actionId },
      actionType: 'embedding.generate',
      data: { status: 'done', result: 5 },
    });
    expect(await entriesIn(queue)).toBe(1);
    const next = replies.next();
    const second = await sentBefore(queue);
    await end(queue);
    expect((await next).value).toMatchObject({ actionId: second.actionId });
    const over = replies.next();
    await expect.poll(async () => entriesIn(queue), PATIENT).toBe(0);
    stop.abort();
    expect(await over).toMatchObject({ done: true });
  });

  it('receives new replies while unclaimed ones stay in it', async () => {
    const queue = openQueue();
    for (let n = 0; n < 20; n += 1) {
      await sentBefore(queue);
      await end(queue);
    }
    const client = clientOf(queue);
    const ref = await sentBefore(queue);
    const resumed = client.resume(ref);
    await end(queue);
    expect(await resumed).toBe(5);
    await expect.poll(async () => entriesIn(queue), PATIENT).toBe(20);
  });

  it('rejects with the reference where the action has ended and its reply is gone', async () => {
    const queue = openQueue();
    const ref = await sentBefore(queue);
    await end(queue);
    await queue.redis.command().del(inboxKey(queue.prefix, NAME));
    const real = performance.now.bind(performance);
    const started = real();
    // A thousand times as fast, because the outbox may hold a reply for some seconds.
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      return started + 1_000 * (real() - started);
    });
    onTestFinished(() => clock.mockRestore());
    await expect(clientOf(queue).resume(ref)).rejects.toMatchObject({
      code: 'REPLY_LOST',
      httpStatus: 504,
      details: { actionId: ref.actionId, domain: 'embedding' },
    });
  });

  it('finds the outcome that was retained where the reply is gone', async () => {
    const queue = openQueue();
    const ref = await queue.enqueue({ replyTo }, { retainMs: 60_000 });
    await end(queue);
    await queue.redis.command().del(inboxKey(queue.prefix, NAME));
    expect(await clientOf(queue).resume(ref)).toBe(5);
  });

  it('answers neither for another tenant nor under a name that is not one', async () => {
    const queue = openQueue();
    const ref = { ...(await sentBefore(queue)), tenantId: 'other' };
    await expect(clientOf(queue).resume(ref, { timeoutMs: 1_500 })).rejects.toMatchObject({
      code: 'ACTION_TIMEOUT',
    });
    for (const inbox of ['', 'a:b', '{x}', '*', 'x'.repeat(200), '../up', 'a b', '\n']) {
      expect(() => clientOf(queue, inbox), inbox).toThrow(/does not name an inbox/);
    }
    expect(() => clientOf(queue, 5 as never)).toThrow(/inbox/);
  });

  it('is needed to take up replies', async () => {
    const queue = openQueue();
    const client = new ActionClient({ queues: queue.queues });
    onTestFinished(async () => client.close());
    const ref = { domain: 'embedding', actionId: 'a' };
    await expect(client.resume(ref)).rejects.toMatchObject({ code: 'INVALID_ACTION' });
    expect(() => client.unclaimed()).toThrow(/named inbox/);
  });
});

it('counts a reply that its inbox did not take until its caller had stopped waiting', async () => {
  const queue = openQueue();
  await queue.enqueue({ replyTo, expiresAt: new Date(Date.now() - 120_000).toISOString() });
  await queue.redis.command().set(inboxKey(queue.prefix, NAME), 'not a stream');
  await queue.brokerOf().claim({ slots: 1 });
  await queue.stored.hasten('outbox', 10_000);
  const broker = queue.brokerOf();
  const lost = async (): Promise<number> => {
    await queue.stored.hasten('outbox', 10_000);
    await broker.claim({ slots: 0 });
    return (await queue.queues.stats('embedding')).repliesLost;
  };
  await expect.poll(lost, PATIENT).toBe(1);
  expect((await queue.queues.stats('embedding')).callbacksPending).toBe(0);
});

it('is one of many clients: actions of this test use other inboxes', async () => {
  const queue = openQueue();
  const mine = clientOf(queue, 'mine');
  const ref = await queue.queues.enqueue(actionOf({ replyTo: 'inbox:mine' }));
  const resumed = mine.resume(ref);
  await end(queue);
  expect(await resumed).toBe(5);
});
