import { decodeAction, type DomainAction } from '@nooble/models';
import { expect, it } from 'vitest';
import type { ClaimedAction, Outcome, QueueBroker, Word } from '../src/broker.ts';
import { audit } from './audit.ts';
import { actionOf, failure, openQueue, PATIENT, type Queue } from './fixture.ts';

const done = { status: 'done', result: { length: 5 } } as const;
const cancelled = { status: 'cancelled' } as const;

/** A running action, its worker, and the words that the worker has received. */
async function running(queue: Queue, fields: Partial<DomainAction> = {}, retainMs = 60_000) {
  const broker = queue.brokerOf();
  const words: Word[] = [];
  broker.onWord((word) => words.push(word));
  const receipt = await queue.enqueue(fields, { retainMs });
  const claimed = await claimFrom(broker);
  const settle = async (outcome: Outcome) => {
    const action = decodeAction(claimed.envelope);
    const [result] = (await broker.settle([{ claimed, action, outcome }])).values();
    return result;
  };
  return { broker, words, receipt, claimed, settle };
}

async function claimFrom(broker: QueueBroker): Promise<ClaimedAction> {
  const [claimed] = (await broker.claim({ slots: 1 })).claimed;
  if (!claimed) throw new Error('Nothing to claim');
  return claimed;
}

/** Sends actions as the handler of a running action does. */
function handlerOf({ queues }: Queue, { envelope, lease: { token } }: ClaimedAction) {
  const facts = { token, expiresMs: undefined, leftMs: () => Number.POSITIVE_INFINITY };
  const known = { isCancelled: false };
  const nothing = { assertRuns: () => undefined };
  const running = { ...facts, ...nothing, isCancelled: () => known.isCancelled };
  return { known, queues: queues.within(decodeAction(envelope), running) };
}

it('sends a word to the worker that runs the action, each time it is cancelled', async () => {
  const queue = openQueue();
  const { broker, words, receipt, claimed } = await running(queue);
  const stop = new AbortController();
  const { signal } = stop;
  const waiting = broker.waitForWork({ timeoutMs: 5_000, signal, takesToken: false });
  expect(await queue.queues.cancel(receipt)).toBe('cancelling');
  expect(await queue.queues.cancel(receipt)).toBe('cancelling');
  await expect.poll(() => words.length, PATIENT).toBe(2);
  const word = { verb: 'cancel', actionId: receipt.actionId };
  expect(words[0]).toEqual({ ...word, details: [claimed.lease.token, 'acme'] });
  stop.abort();
  await waiting;
});

it('ends a wait for words when the worker may take a token again, and takes it', async () => {
  const queue = openQueue();
  const { broker } = await running(queue);
  const [words, work] = [new AbortController(), new AbortController()];
  const first = broker.waitForWork({ timeoutMs: 5_000, signal: words.signal, takesToken: false });
  words.abort();
  const second = broker.waitForWork({ timeoutMs: 5_000, signal: work.signal });
  await queue.enqueue({ tenantId: 'other' });
  expect(await second).toBe(true);
  expect(await first).toBe(false);
});

it('leaves the wake token to others while it waits for words alone', async () => {
  const queue = openQueue();
  const { broker } = await running(queue);
  const { signal } = new AbortController();
  await queue.enqueue({ tenantId: 'other' });
  expect(await broker.waitForWork({ timeoutMs: 20, signal, takesToken: false })).toBe(false);
  expect(await queue.stored.client.llen(queue.stored.key('wake'))).toBe(1);
});

it('keeps at most a thousand words for a worker that does not read them', async () => {
  const queue = openQueue();
  const { receipt } = await running(queue);
  const cancel = async () => queue.queues.cancel(receipt);
  await Promise.all(Array.from({ length: 1_010 }, cancel));
  const [run = ''] = Object.values(await queue.stored.hash('run'));
  const holder = /@([\w-]+)/.exec(run)?.[1] ?? '';
  const key = queue.stored.key('words', holder);
  expect(await queue.stored.client.llen(key)).toBe(1_000);
  expect(await queue.stored.client.pttl(key)).toBeGreaterThan(50_000);
});

it('says with a renewal what a lost word said, and renews', async () => {
  const queue = openQueue();
  const { broker, words, receipt, claimed } = await running(queue);
  await queue.queues.cancel(receipt);
  expect(await broker.renew([claimed.lease])).toHaveLength(1);
  expect(words).toMatchObject([{ verb: 'cancel', actionId: receipt.actionId }]);
});

it.each([
  done,
  { status: 'dead', error: failure },
  { status: 'retry', delayMs: 0, error: failure },
  { status: 'throttled', delayMs: 0, error: failure },
  { status: 'expired', error: failure },
] as const)('refuses the outcome $status of a cancelled action', async (outcome) => {
  const queue = openQueue();
  const { words, receipt, settle } = await running(queue);
  await queue.queues.cancel(receipt);
  expect(await settle(outcome)).toBe('cancelled');
  expect(words).toMatchObject([{ verb: 'cancel' }]);
  expect(await queue.stateOf(receipt.actionId)).toBe('active');
  expect(await settle(cancelled)).toBe('ok');
  expect(await queue.stateOf(receipt.actionId)).toBe('cancelled');
  expect(await settle(cancelled)).toBe('already');
  expect(await audit(queue.stored)).toEqual([]);
});

it('ends as cancelled, and never in a queue, when the worker gives it back or dies', async () => {
  const queue = openQueue();
  const callbackQueue = 'query:acme:free';
  for (const end of ['release', 'death']) {
    const { broker, receipt, claimed } = await running(queue, { callbackQueue });
    await queue.queues.cancel(receipt);
    if (end === 'release') await broker.release([claimed]);
    else await queue.loseLeases();
    expect(await queue.stateOf(receipt.actionId)).toBe('cancelled');
    expect(await queue.claim(1)).toEqual([]);
  }
  await expect
    .poll(async () => {
      await queue.brokerOf().claim({ slots: 0 });
      const told = await queue.brokerOf({ domain: 'query' }).claim({ slots: 10 });
      return told.claimed.map(({ envelope }) => decodeAction(envelope).data);
    }, PATIENT)
    .toMatchObject([{ status: 'cancelled' }, { status: 'cancelled' }]);
});

it('stays done if its caller was told so before it was cancelled', async () => {
  const queue = openQueue();
  const { receipt, settle } = await running(queue, { replyTo: 'inbox:me' });
  await queue.queues.cancel(receipt);
  expect(await settle(done)).toBe('ok');
  expect(await queue.stateOf(receipt.actionId)).toBe('done');
  expect(await queue.queues.cancel(receipt)).toBe('done');
  const replies = (await queue.stored.replies('me')).map((text) => JSON.parse(text) as unknown);
  expect(replies).toMatchObject([{ status: 'done' }]);
  expect(await audit(queue.stored)).toEqual([]);
});

it('sends a waiting caller that its running action was cancelled', async () => {
  const queue = openQueue();
  const { receipt, settle } = await running(queue, { replyTo: 'inbox:me' });
  await queue.queues.cancel(receipt);
  await settle(cancelled);
  const replies = (await queue.stored.replies('me')).map((text) => JSON.parse(text) as unknown);
  expect(replies).toMatchObject([{ status: 'cancelled', error: { code: 'ACTION_CANCELLED' } }]);
});

it('keeps the idempotency key of a cancelled action that has run', async () => {
  const queue = openQueue();
  const key = { idempotencyKey: 'once' };
  const { actionId } = await queue.enqueue({}, key);
  const claimed = await queue.claimOne();
  await queue.queues.cancel({ domain: 'embedding', actionId });
  await queue.brokerOf().release([claimed]);
  expect(await queue.enqueue({}, key)).toMatchObject({ status: 'duplicate' });
});

it('cancels the children of a cancelled action in all domains, by the worker that receives the word', async () => {
  const queue = openQueue();
  const { broker, receipt, claimed } = await running(queue);
  const handler = handlerOf(queue, claimed);
  const children = await Promise.all(
    ['search.find', 'query.answer'].map(async (actionType) =>
      handler.queues.enqueue(actionOf({ actionType }), { retainMs: 60_000 }),
    ),
  );
  await queue.queues.cancel(receipt);
  await broker.renew([claimed.lease]);
  const states = async () =>
    Promise.all(children.map(async (child) => (await queue.queues.get(child))?.state));
  await expect.poll(states, PATIENT).toEqual(['cancelled', 'cancelled']);
  const messages = async () => {
    await broker.claim({ slots: 0 });
    return queue.stored.hash('messages');
  };
  await expect.poll(messages, PATIENT).toEqual({});
});

it('cancels the children by another worker if the one that ran the action is gone', async () => {
  const queue = openQueue();
  const { receipt, claimed } = await running(queue);
  const child = await handlerOf(queue, claimed).queues.enqueue(actionOf(), { retainMs: 60_000 });
  await queue.queues.cancel(receipt);
  const look = async () => {
    await queue.brokerOf().claim({ slots: 0 });
    return queue.stateOf(child.actionId);
  };
  expect(await look()).toBe('waiting');
  await queue.stored.hasten('outbox', 10_000);
  await expect.poll(look, PATIENT).toBe('cancelled');
});

it('cancels the children of an action that waits for its retry', async () => {
  const queue = openQueue();
  const { receipt, claimed, settle } = await running(queue);
  const child = await handlerOf(queue, claimed).queues.enqueue(actionOf(), { retainMs: 60_000 });
  await settle({ status: 'retry', delayMs: 60_000, error: failure });
  expect(await queue.queues.cancel(receipt)).toBe('cancelled');
  const look = async () => {
    await queue.brokerOf().claim({ slots: 0 });
    return queue.stateOf(child.actionId);
  };
  await expect.poll(look, PATIENT).toBe('cancelled');
});

it('sends no child of a cancelled action, or of one that another worker may run', async () => {
  const queue = openQueue();
  const first = await running(queue);
  await queue.queues.cancel(first.receipt);
  const late = handlerOf(queue, first.claimed).queues.enqueue(actionOf());
  await expect(late).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
  const second = await running(queue, { tenantId: 'other' });
  await queue.loseLeases();
  const lost = handlerOf(queue, second.claimed).queues.enqueue(actionOf({ tenantId: 'other' }));
  await expect(lost).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect((await queue.queues.stats('embedding')).tiers.professional.waiting).toBe(1);
});

it('cancels a child that was stored after its parent was cancelled', async () => {
  const queue = openQueue();
  const { claimed } = await running(queue);
  const { known, queues } = handlerOf(queue, claimed);
  const child = actionOf();
  const sending = queues.enqueue(child, { retainMs: 60_000 });
  setImmediate(() => (known.isCancelled = true));
  await expect(sending).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
  expect(await queue.stateOf(child.actionId)).toBe('cancelled');
});

it('registers up to 10,000 children, and warns once about more', async () => {
  const warnings: string[] = [];
  const queue = openQueue({ onWarning: (warning) => warnings.push(warning) });
  const { claimed } = await running(queue);
  const key = queue.stored.key('children', claimed.lease.actionId);
  const others = Array.from({ length: 9_999 }, (_, n) => `embedding child-${n}`);
  await queue.stored.client.sadd(key, ...others);
  const handler = handlerOf(queue, claimed);
  const send = async () => handler.queues.enqueue(actionOf());
  await Promise.all([send(), send()]);
  await send();
  expect(await queue.stored.client.scard(key)).toBe(10_000);
  expect(warnings.filter((warning) => warning.includes('10,000'))).toHaveLength(1);
});

it('does not let a tenant stop the running action of another', async () => {
  const queue = openQueue();
  const { receipt, words, broker, claimed } = await running(queue);
  expect(await queue.queues.cancel({ ...receipt, tenantId: 'other' })).toBe('unknown');
  await broker.renew([claimed.lease]);
  expect(words).toEqual([]);
});

it('receives words of every partition', async () => {
  const queue = openQueue();
  await queue.queues.setPartitions('embedding', 3);
  const broker = queue.brokerOf();
  const words: Word[] = [];
  broker.onWord((word) => words.push(word));
  const tenants = Array.from({ length: 6 }, (_, n) => `tenant-${n}`);
  const receipts = await Promise.all(tenants.map(async (tenantId) => queue.enqueue({ tenantId })));
  const claimed = new Set<string>();
  const claim = async () => {
    for (const { lease } of (await broker.claim({ slots: 6 })).claimed) claimed.add(lease.actionId);
    return claimed.size;
  };
  await expect.poll(claim, PATIENT).toBe(6);
  const stop = new AbortController();
  const waiting = broker.waitForWork({ timeoutMs: 5_000, signal: stop.signal, takesToken: false });
  for (const receipt of receipts) expect(await queue.queues.cancel(receipt)).toBe('cancelling');
  await expect.poll(() => words.length, PATIENT).toBe(6);
  stop.abort();
  await waiting;
});
