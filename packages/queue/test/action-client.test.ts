import { getEventListeners } from 'node:events';
import { ValidationError, type NoobleError } from '@nooble/errors';
import { decodeAction, newId, type ActionDefinition, type DomainAction } from '@nooble/models';
import { runScript } from '@nooble/redis';
import { expect, it, onTestFinished } from 'vitest';
import { ActionClient } from '../src/action-client.ts';
import type { Outcome, QueueBroker } from '../src/broker.ts';
import { parseStored } from '../src/protocol/header.ts';
import { replyCall } from '../src/protocol/operations/reply.ts';
import { actionOf, failure, openQueue, PATIENT, startServer, type Queue } from './fixture.ts';

/** Counts the letters of a text; its result must be a number. */
const count: ActionDefinition<{ text: string }, number> = {
  type: 'embedding.count',
  domain: 'embedding',
  streams: false,
  create: ({ expiresAt, ...input }) =>
    actionOf({
      actionType: 'embedding.count',
      actionId: newId(),
      ...input,
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
    }) as DomainAction<{ text: string }>,
  parseData: (value) => value as { text: string },
  parseResult: (value) => {
    if (typeof value === 'number') return value;
    throw new ValidationError({ what: 'result', issues: [] });
  },
  parseChunk: (value) => value,
};

const hello = { tenantId: 'acme', tenantTier: 'professional', data: { text: 'hello' } } as const;

function clientOf({ queues }: Queue): ActionClient {
  const client = new ActionClient({ queues });
  onTestFinished(async () => client.close());
  return client;
}

/** Claims the next actions as soon as there are some, and settles them with the given outcome. */
async function runNext(queue: Queue, broker = queue.brokerOf()) {
  const claimed: Awaited<ReturnType<QueueBroker['claim']>>['claimed'][number][] = [];
  const claim = async () => claimed.push(...(await broker.claim({ slots: 100 })).claimed);
  await expect.poll(claim, { ...PATIENT, interval: 5 }).toBeGreaterThan(0);
  const actions = claimed.map(({ envelope }) => decodeAction(envelope));
  const end = async (outcomeOf: (action: DomainAction) => Outcome) =>
    broker.settle(
      claimed.map((each, at) => {
        const action = actions[at] ?? decodeAction(each.envelope);
        return { claimed: each, action, outcome: outcomeOf(action) };
      }),
    );
  return { actions, end };
}

const doneWith = (result: unknown) => (): Outcome => ({ status: 'done', result });

/** Returns the error that a call rejected with. */
async function rejectionOf(call: Promise<unknown>): Promise<NoobleError> {
  return call.then(
    () => Promise.reject(new Error('The call resolved')),
    (error: NoobleError) => error,
  );
}

it('resolves to the result of the action, parsed', async () => {
  const queue = openQueue();
  const { signal } = new AbortController();
  const call = clientOf(queue).request(count, hello, { signal });
  const { actions, end } = await runNext(queue);
  expect(actions).toMatchObject([{ tenantId: 'acme', data: { text: 'hello' } }]);
  expect([...(await end(doneWith(5))).values()]).toEqual(['ok']);
  expect(await call).toBe(5);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('rejects a result that does not fit the definition', async () => {
  const queue = openQueue();
  const rejection = rejectionOf(clientOf(queue).request(count, hello));
  await (await runNext(queue)).end(doneWith('five'));
  expect(await rejection).toBeInstanceOf(ValidationError);
});

it('rejects with the remote error as the cause when the action failed', async () => {
  const queue = openQueue();
  const rejection = rejectionOf(clientOf(queue).request(count, hello));
  const { actions, end } = await runNext(queue);
  await end(() => ({ status: 'dead', error: { ...failure, code: 'VALIDATION' } }));
  const error = await rejection;
  expect(error).toMatchObject({
    code: 'ACTION_FAILED',
    details: { actionId: actions[0]?.actionId, actionType: 'embedding.count' },
  });
  expect(error.cause).toBeInstanceOf(ValidationError);
});

it('goes on waiting while the action is retried or moves to another worker', async () => {
  const queue = openQueue();
  const call = clientOf(queue).request(count, hello);
  await (await runNext(queue)).end(() => ({ status: 'retry', delayMs: 0, error: failure }));
  await runNext(queue);
  await queue.loseLeases();
  await (await runNext(queue)).end(doneWith(5));
  expect(await call).toBe(5);
});

it('answers each of many calls with its own result', async () => {
  const queue = openQueue();
  const client = clientOf(queue);
  const texts = Array.from({ length: 60 }, (_, length) => 'x'.repeat(length));
  const calls = Promise.all(
    texts.map(async (text) => client.request(count, { ...hello, data: { text } })),
  );
  const { end } = await runNext(queue);
  await end(({ data }) => ({ status: 'done', result: (data as { text: string }).text.length }));
  expect(await calls).toEqual(texts.map(({ length }) => length));
});

it('refuses a time that cannot be, and waits as long as one that no timer can wait for', async () => {
  const queue = openQueue();
  const client = clientOf(queue);
  for (const timeoutMs of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0]) {
    await expect(client.request(count, hello, { timeoutMs })).rejects.toThrow(RangeError);
  }
  const call = client.request(count, hello, { timeoutMs: 2 ** 31 });
  const { end } = await runNext(queue);
  await end(() => ({ status: 'done', result: 5 }));
  expect(await call).toBe(5);
});

it('gives up after its time and cancels the action', async () => {
  const queue = openQueue();
  const rejection = await rejectionOf(clientOf(queue).request(count, hello, { timeoutMs: 30 }));
  expect(rejection).toMatchObject({ code: 'ACTION_TIMEOUT', details: { timeoutMs: 30 } });
  await expect.poll(async () => queue.stored.hash('actions'), PATIENT).toEqual({});
});

it('lets no action start whose caller has given up', async () => {
  const queue = openQueue();
  await queue.queues.pause('embedding');
  const call = clientOf(queue).request(count, hello, { timeoutMs: 86_400_000 });
  call.catch(() => undefined);
  const envelopes = async () => Object.values(await queue.stored.hash('actions'));
  await expect.poll(envelopes, PATIENT).toHaveLength(1);
  const [text = ''] = await envelopes();
  // Counted from its arrival by the clock of Redis: the clock of the caller may be wrong.
  const { expiresMs, arrivalUs } = parseStored(text);
  expect(expiresMs).toBe(Math.floor(arrivalUs / 1000) + 86_400_000);
});

it('cancels the action of a request that is aborted before it was sent', async () => {
  const queue = openQueue();
  await queue.queues.stats('embedding');
  const abort = new AbortController();
  const call = clientOf(queue).request(count, hello, { signal: abort.signal });
  abort.abort(new Error('changed my mind'));
  await expect(call).rejects.toThrow('changed my mind');
  await queue.enqueue();
  // The aborted action is stored by this time, if at all.
  const storedIds = async () => Object.keys(await queue.stored.hash('actions'));
  await expect.poll(storedIds, PATIENT).toHaveLength(1);
  expect(await queue.claim(10)).toHaveLength(1);
  expect(await queue.stored.hash('depth')).toEqual({});
});

it('refuses a second request with the id of one that waits, which goes on waiting', async () => {
  const queue = openQueue();
  const client = clientOf(queue);
  const input = { ...hello, actionId: 'order-7' };
  const first = client.request(count, input);
  await expect(client.request(count, input)).rejects.toMatchObject({ code: 'INVALID_ACTION' });
  const { end } = await runNext(queue);
  await end(() => ({ status: 'done', result: 5 }));
  expect(await first).toBe(5);
});

it('rejects with the reason of the signal and cancels the action', async () => {
  const queue = openQueue();
  const caller = new AbortController();
  const call = rejectionOf(clientOf(queue).request(count, hello, { signal: caller.signal }));
  await expect
    .poll(async () => Object.keys(await queue.stored.hash('actions')), PATIENT)
    .toHaveLength(1);
  const reason = new Error('the browser went away');
  caller.abort(reason);
  expect(await call).toBe(reason);
  await expect.poll(async () => queue.stored.hash('actions'), PATIENT).toEqual({});
});

it('sends nothing for a signal that was aborted before', async () => {
  const queue = openQueue();
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(clientOf(queue).request(count, hello, { signal })).rejects.toThrow('too late');
  expect(await queue.stored.dump()).toEqual({});
});

it('rejects when the action expires before it starts', async () => {
  const queue = openQueue();
  const expiresAt = '2026-01-01T00:00:00.000Z';
  const rejection = rejectionOf(clientOf(queue).request(count, { ...hello, expiresAt }));
  const worker = queue.brokerOf();
  const expired = async () => {
    await worker.claim({ slots: 1 });
    return Object.keys(await queue.stored.hash('actions'));
  };
  await expect.poll(expired, PATIENT).toEqual([]);
  await worker.claim({ slots: 0 });
  await queue.brokerOf().claim({ slots: 0 });
  expect(await rejection).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

it('rejects when somebody cancels the action', async () => {
  const queue = openQueue();
  const actionId = newId();
  const rejection = rejectionOf(clientOf(queue).request(count, { ...hello, actionId }));
  const cancel = async () => queue.queues.cancel({ domain: 'embedding', actionId });
  await expect.poll(cancel, PATIENT).toBe('cancelled');
  await queue.brokerOf().claim({ slots: 0 });
  expect(await rejection).toMatchObject({ code: 'ACTION_CANCELLED' });
});

it('rejects with what admission says', async () => {
  const queue = openQueue({ tiers: { professional: { perMinute: 0 } } });
  const client = clientOf(queue);
  await expect(client.request(count, hello)).rejects.toMatchObject({ code: 'RATE_LIMIT' });
  await expect(client.request(count, { ...hello, tenantId: 'a:b' })).rejects.toMatchObject({
    code: 'INVALID_ACTION',
  });
});

it('drops and counts replies that come too late, again, or for nobody', async () => {
  const queue = openQueue();
  const client = clientOf(queue);
  const caller = new AbortController();
  const late = rejectionOf(client.request(count, hello, { signal: caller.signal }));
  const first = await runNext(queue);
  caller.abort();
  await late;
  await first.end(doneWith(5));
  await expect.poll(() => client.dropped, PATIENT).toMatchObject({ late: 1, unknown: 0, lost: 0 });
  const call = client.request(count, hello);
  const second = await runNext(queue);
  const inboxId = second.actions[0]?.replyTo?.slice('inbox:'.length) ?? '';
  const push = async (...texts: string[]) => pushInto(queue, inboxId, texts);
  await second.end(doneWith(5));
  expect(await call).toBe(5);
  const repeated = replyOf(second.actions[0]?.actionId ?? '');
  await push(repeated, 'not a reply', '{}', replyOf('nobody'));
  await expect.poll(() => client.dropped, PATIENT).toMatchObject({ late: 2, unknown: 1, lost: 2 });
});

function replyOf(actionId: string): string {
  return JSON.stringify({ action_id: actionId, status: 'done', result: 6 });
}

/** Writes texts to an inbox, as any process could. */
async function pushInto({ redis, prefix }: Queue, inboxId: string, texts: readonly string[]) {
  const replies = texts.map((text) => ({ text, untilMs: 0 }));
  await runScript(redis.command(), replyCall(prefix, `inbox:${inboxId}`, replies));
}

it('rejects a call whose reply cannot be read', async () => {
  const queue = openQueue();
  const client = clientOf(queue);
  const rejection = rejectionOf(client.request(count, hello));
  const { actions } = await runNext(queue);
  const { actionId, replyTo = '' } = actions[0] ?? actionOf();
  const text = JSON.stringify({ action_id: actionId, status: 'dead', error: 'oops' });
  await pushInto(queue, replyTo.slice('inbox:'.length), [text]);
  expect(await rejection).toMatchObject({ code: 'REPLY_LOST', details: { actionId } });
  expect(client.dropped).toMatchObject({ late: 0, unknown: 0, lost: 1 });
});

/** Returns the number of blocked connections on this server. */
async function blockedOn({ redis }: Queue): Promise<number> {
  const list = String(await redis.command().client('LIST'));
  return list.split('\n').filter((line) => line.includes('cmd=xread')).length;
}

it('waits for any number of replies on one connection, and ends it with the client', async () => {
  const server = await startServer();
  const queue = openQueue({ url: server.url });
  const client = clientOf(queue);
  const calls = Array.from({ length: 40 }, async () => client.request(count, hello));
  const { end } = await runNext(queue);
  await expect.poll(async () => blockedOn(queue), PATIENT).toBe(1);
  await end(doneWith(5));
  await Promise.all(calls);
  expect(await blockedOn(queue)).toBeLessThanOrEqual(1);
  await client.close();
  await expect.poll(async () => blockedOn(queue), PATIENT).toBe(0);
});

it('goes on when its connection is cut', async () => {
  const server = await startServer();
  const queue = openQueue({ url: server.url });
  const client = clientOf(queue);
  const call = client.request(count, hello);
  const { end } = await runNext(queue);
  await expect.poll(async () => blockedOn(queue), PATIENT).toBe(1);
  const list = String(await queue.redis.command().client('LIST'));
  const [, id = ''] = /id=(\d+) [^\n]*cmd=xread/.exec(list) ?? [];
  await queue.redis.command().client('KILL', 'ID', id);
  await end(doneWith(5));
  expect(await call).toBe(5);
});

it('rejects the calls that wait when it is closed, and every call after that', async () => {
  const queue = openQueue();
  const client = clientOf(queue);
  const call = rejectionOf(client.request(count, hello));
  await runNext(queue);
  await client.close();
  await client.close();
  expect(await call).toMatchObject({ code: 'ACTION_CANCELLED' });
  const after = { code: 'ACTION_CANCELLED' };
  await expect(client.request(count, hello)).rejects.toMatchObject(after);
});

it('closes with its manager', async () => {
  const queue = openQueue();
  const call = rejectionOf(clientOf(queue).request(count, hello));
  await runNext(queue);
  await queue.queues.close();
  expect(await call).toMatchObject({ code: 'ACTION_CANCELLED' });
});
