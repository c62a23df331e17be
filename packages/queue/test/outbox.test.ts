import { decodeAction, type DomainAction } from '@nooble/models';
import { runScript } from '@nooble/redis';
import { expect, it } from 'vitest';
import { CallRings } from '../src/protocol/call-ring.ts';
import { ChildCancels } from '../src/delivery/child-cancels.ts';
import { Admissions } from '../src/admission/admissions.ts';
import { Partitions } from '../src/protocol/partitions.ts';
import type { ClaimedAction, Outcome } from '../src/broker.ts';
import { Inboxes } from '../src/delivery/inboxes.ts';
import { Keyspace } from '../src/protocol/keyspace.ts';
import { settleCall } from '../src/protocol/operations/settle.ts';
import { Outbox } from '../src/delivery/outbox.ts';
import { prepareSettlement } from '../src/claiming/settlement.ts';
import { audit } from './audit.ts';
import { actionOf, failure, openQueue, PATIENT, type Queue } from './fixture.ts';
import { Stored } from './stored.ts';

const done = { status: 'done', result: { length: 5 } } as const;
const PAST = '2026-01-01T00:00:00.000Z';
const withCallback = { callbackQueue: 'query:acme:professional' } as const;

function settlementFor(claimed: ClaimedAction, outcome: Outcome) {
  return { claimed, action: decodeAction(claimed.envelope), outcome };
}

/** Returns the callbacks that the domain query has received and not ended. */
async function received({ redis, prefix }: Queue): Promise<DomainAction[]> {
  const stored = new Stored(redis, prefix, 'query');
  const texts = Object.values(await stored.hash('actions'));
  return texts.map((text) => decodeAction(text.slice(text.indexOf('\n') + 1)));
}

async function pending({ queues }: Queue): Promise<number> {
  return (await queues.stats('embedding')).callbacksPending;
}

/** Settles an action and kills the worker: the callback stays in the outbox. */
async function settleAndDie({ redis, prefix }: Queue, claimed: ClaimedAction): Promise<void> {
  const { item } = prepareSettlement(settlementFor(claimed, done), 1_000_000);
  const rules = { maxStalls: 2, deliveryMs: 10_000, maxDead: 100_000, share: 'turns' } as const;
  await runScript(
    redis.command(),
    settleCall(new Keyspace(prefix, 'embedding'), { rules, items: [item], looks: false }),
  );
}

/** Claims until every callback is delivered and acknowledged. */
async function deliverAll(queue: Queue, broker = queue.brokerOf()): Promise<void> {
  const look = async () => {
    await broker.claim({ slots: 0 });
    return pending(queue);
  };
  await expect.poll(look, PATIENT).toBe(0);
}

it('sends the outcome as an action of the callback domain, once', async () => {
  const queue = openQueue();
  const action = actionOf({
    ...withCallback,
    callbackQueue: 'query:acme:free',
    sessionId: 'session',
    metadata: { traceparent: '00-1-2-01', private: true },
  });
  await queue.queues.enqueue(action);
  const broker = queue.brokerOf();
  const { claimed } = await broker.claim({ slots: 1 });
  const settlements = claimed.map((each) => settlementFor(each, done));
  const { settled } = await broker.claim({ slots: 0, settlements });
  expect([...settled.values()]).toEqual(['ok']);
  await expect.poll(async () => received(queue), PATIENT).toHaveLength(1);
  const [callback] = await received(queue);
  expect(callback).toEqual({
    v: 1,
    actionId: `${action.actionId}.cb${claimed[0]?.lease.token}`,
    actionType: 'query.embedding.generate.result',
    taskId: action.taskId,
    tenantId: 'acme',
    tenantTier: 'professional',
    sessionId: 'session',
    parentActionId: action.actionId,
    data: { status: 'done', result: { length: 5 } },
    metadata: { traceparent: '00-1-2-01' },
    createdAt: expect.any(String) as string,
  });
  await deliverAll(queue, broker);
  expect(await queue.stored.hash('messages')).toEqual({});
  expect(await queue.stored.hash('actions')).toEqual({});
  expect(await received(queue)).toHaveLength(1);
});

it('names the callback as the action asks', async () => {
  const queue = openQueue();
  await queue.enqueue({ ...withCallback, callbackType: 'query.answered' });
  await settleAndDie(queue, await queue.claimOne());
  await queue.stored.hasten('outbox', 10_000);
  await deliverAll(queue);
  expect(await received(queue)).toMatchObject([{ actionType: 'query.answered' }]);
});

it('lets another worker deliver the callback of one that died before it did', async () => {
  const queue = openQueue();
  await queue.enqueue(withCallback);
  await settleAndDie(queue, await queue.claimOne());
  const [dueMs = 0] = (await queue.stored.scores(queue.stored.key('outbox'))).values();
  expect(dueMs).toBeGreaterThan(await queue.stored.now());
  await queue.brokerOf().claim({ slots: 0 });
  expect(await received(queue)).toEqual([]);
  await queue.stored.hasten('outbox', 10_000);
  await deliverAll(queue);
  expect(await received(queue)).toMatchObject([{ data: { status: 'done' } }]);
});

it('hands a callback to one worker at a time, and acknowledges it once', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue(withCallback);
  await settleAndDie(queue, await queue.claimOne());
  await queue.stored.hasten('outbox', 10_000);
  await queue.brokerOf().claim({ slots: 0 });
  const [dueMs = 0] = (await queue.stored.scores(queue.stored.key('outbox'))).values();
  expect(dueMs).toBeGreaterThan(await queue.stored.now());
  const { redis, prefix } = queue;
  const partitions = new Partitions({ redis, prefix });
  const routes = {
    inboxes: new Inboxes({ redis, prefix }),
    answers: { redis, partitions },
    admissions: new Admissions({ redis, partitions }),
    children: new ChildCancels({ redis, partitions, rings: new CallRings() }),
  };
  const outbox = new Outbox(routes, (await partitions.of('embedding')).all[0]);
  const [[callbackId, message] = ['', '']] = Object.entries(await queue.stored.hash('messages'));
  expect(callbackId).toMatch(new RegExp(`^${actionId}\\.cb\\d+$`));
  outbox.deliverStored([{ callbackId, message }], 0);
  await outbox.drained();
  expect(outbox.takeDelivered()).toEqual({ ids: [callbackId], lost: 0 });
  expect(outbox.takeDelivered()).toEqual({ ids: [], lost: 0 });
  expect(await received(queue)).toHaveLength(1);
});

it('drops the repeat when a worker died between delivery and acknowledgement', async () => {
  const queue = openQueue();
  await queue.enqueue(withCallback);
  const claimed = await queue.claimOne();
  const first = queue.brokerOf();
  await first.settle([settlementFor(claimed, done)]);
  await first.delivered();
  const receiver = queue.brokerOf({ domain: 'query' });
  const handled = await receiver.claim({ slots: 5 });
  expect(handled.claimed).toHaveLength(1);
  await receiver.settle(handled.claimed.map((each) => ({ claimed: each, outcome: done })));
  expect(await pending(queue)).toBe(1);
  await queue.stored.hasten('outbox', 10_000);
  await deliverAll(queue);
  expect(await received(queue)).toEqual([]);
});

it('keeps a callback whose delivery fails, and delivers it later', async () => {
  const queue = openQueue();
  const obstacle = new Stored(queue.redis, queue.prefix, 'query').key('actions');
  await queue.stored.client.set(obstacle, 'not a table');
  await queue.enqueue(withCallback);
  const broker = queue.brokerOf();
  await broker.settle([settlementFor(await queue.claimOne(), done)]);
  await broker.close();
  await broker.claim({ slots: 0 });
  expect(await pending(queue)).toBe(1);
  await queue.stored.client.del(obstacle);
  await queue.stored.hasten('outbox', 10_000);
  await deliverAll(queue);
  expect(await received(queue)).toHaveLength(1);
});

it('gives up a callback that nobody can read, instead of trying forever', async () => {
  const queue = openQueue();
  await queue.enqueue(withCallback);
  await settleAndDie(queue, await queue.claimOne());
  const [callbackId = ''] = Object.keys(await queue.stored.hash('messages'));
  await queue.stored.client.hset(queue.stored.key('messages'), callbackId, 'callback x\n{');
  await queue.stored.hasten('outbox', 10_000);
  await deliverAll(queue);
  expect(await received(queue)).toEqual([]);
});

it('delivers more callbacks than fit into one look', async () => {
  const queue = openQueue();
  await queue.queues.enqueueMany(Array.from({ length: 230 }, () => actionOf(withCallback)));
  for (const claimed of await queue.claim(230)) await settleAndDie(queue, claimed);
  await queue.stored.hasten('outbox', 10_000);
  await deliverAll(queue);
  expect(await received(queue)).toHaveLength(230);
});

it('reports the error of an action that the worker gave up', async () => {
  const queue = openQueue();
  await queue.enqueue(withCallback);
  const outcome = { status: 'dead', error: failure } as const;
  await queue.brokerOf().settle([settlementFor(await queue.claimOne(), outcome)]);
  await expect
    .poll(async () => received(queue), PATIENT)
    .toMatchObject([{ data: { status: 'dead', error: failure } }]);
});

it('notifies nobody while an action has not ended, nor without a recipient', async () => {
  const queue = openQueue();
  await queue.enqueue(withCallback);
  const retry = { status: 'retry', delayMs: 0, error: failure } as const;
  for (const outcome of [{ status: 'release' } as const, retry]) {
    await queue.brokerOf().settle([settlementFor(await queue.claimOne(), outcome)]);
  }
  await queue.queues.cancel(await queue.enqueue());
  await queue.enqueue({ expiresAt: PAST });
  await queue.claim(1);
  expect(await pending(queue)).toBe(0);
});

it('acknowledges the last callbacks of a worker when it closes', async () => {
  const queue = openQueue();
  await queue.enqueue(withCallback);
  const broker = queue.brokerOf();
  await broker.settle([settlementFor(await queue.claimOne(), done)]);
  await broker.close();
  expect(await pending(queue)).toBe(0);
  expect(await received(queue)).toHaveLength(1);
});

it('replies to nobody for an outcome that came too late', async () => {
  const queue = openQueue();
  await queue.enqueue({ replyTo: 'inbox:me' });
  const claimed = await queue.claimOne();
  await queue.loseLeases();
  const late = { ...claimed, lease: { ...claimed.lease, deadline: performance.now() - 1 } };
  expect([...(await queue.brokerOf().settle([settlementFor(late, done)])).values()]).toEqual([
    'lost',
  ]);
  expect(await queue.stored.replies('me')).toEqual([]);
});

it('sends no callback for a settle that was lost', async () => {
  const queue = openQueue();
  await queue.enqueue(withCallback);
  const stale = await queue.claimOne();
  await queue.loseLeases();
  expect([...(await queue.brokerOf().settle([settlementFor(stale, done)])).values()]).toEqual([
    'lost',
  ]);
  expect(await pending(queue)).toBe(0);
});

/** Ways in which a script, not a worker, ends an action, at the next tick at the latest. */
const ENDINGS = [
  {
    status: 'dead',
    code: 'STALLED',
    end: async (queue: Queue, fields: Partial<DomainAction>) => {
      await queue.enqueue(fields);
      await queue.claimOne();
      await queue.stored.endLeases();
    },
  },
  {
    status: 'expired',
    code: 'DEADLINE_EXCEEDED',
    end: async (queue: Queue, fields: Partial<DomainAction>) => {
      await queue.enqueue({ ...fields, expiresAt: PAST });
      await queue.claim(1);
    },
  },
  {
    status: 'cancelled',
    code: 'ACTION_CANCELLED',
    end: async (queue: Queue, fields: Partial<DomainAction>) => {
      await queue.queues.cancel(await queue.enqueue(fields));
    },
  },
];

it.each(ENDINGS)(
  'notifies a callback queue of an action that is $status by a script',
  async (each) => {
    const queue = openQueue({ worker: { maxStalls: 0 } });
    await each.end(queue, { ...withCallback, taskId: 'piece of work' });
    await deliverAll(queue);
    const callbacks = await received(queue);
    expect(callbacks).toMatchObject([
      { taskId: 'piece of work', data: { status: each.status, error: { code: each.code } } },
    ]);
    expect(callbacks[0]?.actionId).toMatch(
      new RegExp(`^${callbacks[0]?.parentActionId}\\.cb[1-9]\\d+$`),
    );
    expect(await audit(queue.stored)).toEqual([]);
  },
);

it.each(ENDINGS)('notifies an inbox of an action that is $status by a script', async (each) => {
  const queue = openQueue({ worker: { maxStalls: 0 } });
  await each.end(queue, { replyTo: 'inbox:me' });
  await deliverAll(queue);
  const [reply, ...more] = await queue.stored.replies('me');
  expect(JSON.parse(reply ?? '')).toMatchObject({
    action_id: expect.any(String) as string,
    status: each.status,
    error: { code: each.code },
  });
  expect(more).toEqual([]);
});

it('reports each ending of an action that is redriven, under an id of its own', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue(withCallback);
  const outcome = { status: 'dead', error: failure } as const;
  const first = await queue.claimOne();
  await queue.brokerOf().settle([settlementFor(first, outcome)]);
  await queue.queues.deadLetters('embedding').redrive({ all: true });
  const second = await queue.claimOne();
  await queue.brokerOf().settle([settlementFor(second, done)]);
  const heard = async () =>
    Object.fromEntries((await received(queue)).map((each) => [each.actionId, each.data]));
  await expect.poll(heard, PATIENT).toMatchObject({
    [`${actionId}.cb${first.lease.token}`]: { status: 'dead' },
    [`${actionId}.cb${second.lease.token}`]: { status: 'done' },
  });
});

it('reports each ending if an action id is reused, of the same tenant or another', async () => {
  const queue = openQueue();
  const actionId = 'order-7';
  for (const tenantId of ['acme', 'acme', 'globex']) {
    await queue.enqueue({ actionId, tenantId, callbackQueue: `query:${tenantId}:professional` });
    await queue.brokerOf().settle([settlementFor(await queue.claimOne(), done)]);
  }
  const told = async () => (await received(queue)).map(({ tenantId }) => tenantId).toSorted();
  await expect.poll(told, PATIENT).toEqual(['acme', 'acme', 'globex']);
});

it('reports the ending of a redriven action that a script ends, under an id of its own', async () => {
  const queue = openQueue();
  const receipt = await queue.enqueue(withCallback);
  const outcome = { status: 'dead', error: failure } as const;
  await queue.settle(await queue.claimOne(), outcome);
  await queue.queues.deadLetters('embedding').redrive({ all: true });
  await queue.queues.cancel(receipt);
  await deliverAll(queue);
  const [callback] = await received(queue);
  expect(callback).toMatchObject({
    parentActionId: receipt.actionId,
    data: { status: 'cancelled' },
  });
});

it('refuses a result that no callback can carry before anything is settled', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue(withCallback);
  const claimed = await queue.claimOne();
  const broker = queue.brokerOf({ maxPayloadBytes: 1_024 });
  const outcome = { status: 'done', result: 'x'.repeat(2_000) } as const;
  expect([...(await broker.settle([settlementFor(claimed, outcome)])).values()]).toMatchObject([
    { refused: { code: 'PAYLOAD_TOO_LARGE' } },
  ]);
  expect(await queue.stateOf(actionId)).toBe('active');
});

it('replies before it settles, and after it where its lease may be over', async () => {
  const queue = openQueue();
  await queue.enqueue({ replyTo: 'inbox:me' });
  const claimed = await queue.claimOne();
  const late = { ...claimed, lease: { ...claimed.lease, deadline: performance.now() - 1 } };
  const broker = queue.brokerOf();
  expect([...(await broker.settle([settlementFor(late, done)])).values()]).toEqual(['ok']);
  const replies = async () => (await queue.stored.replies('me')).length;
  await expect.poll(replies, PATIENT).toBe(1);
  expect([...(await broker.settle([settlementFor(late, done)])).values()]).toEqual(['already']);
  await broker.claim({ slots: 0 });
  expect(await pending(queue)).toBe(0);
  expect(await replies()).toBe(1);
});
