import { decodeAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { describe, expect, it } from 'vitest';
import type { ClaimedAction, Outcome, QueueBroker } from '../src/broker.ts';
import { scriptOf } from '../src/protocol/keyspace.ts';
import { createBroker } from '../src/claiming/partitioned-broker.ts';
import { claimInTurn } from '../src/claiming/claim-in-turn.ts';
import { audit } from './audit.ts';
import { openQueue, PATIENT, type Queue } from './fixture.ts';

const done = { status: 'done', result: 'fine' } as const;
const asked = { replyTo: 'inbox:me' } as const;
const called = { callbackQueue: 'query:first:free' } as const;

function settlementOf(claimed: ClaimedAction, outcome: Outcome = done) {
  return { claimed, action: decodeAction(claimed.envelope), outcome };
}

/** Two running actions, the first enqueued with `fields`. */
async function twoAtWork(queue: Queue, fields: Parameters<Queue['enqueue']>[0]) {
  await queue.enqueue({ tenantId: 'first', ...fields });
  await queue.enqueue({ tenantId: 'second' });
  const claimed = await queue.claim(2);
  const of = (tenantId: string): ClaimedAction => {
    const found = claimed.find(({ lease }) => lease.tenantId === tenantId);
    if (!found) throw new Error(`Nothing of ${tenantId}`);
    return found;
  };
  return [of('first'), of('second')] as const;
}

describe('a result that no message can carry', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;

  it.each([
    ['too large', 'x'.repeat(2_000)],
    ['circular', circular],
    ['a BigInt', 1n],
    [
      'with a toJSON that throws',
      {
        toJSON() {
          throw new Error('no');
        },
      },
    ],
  ])('refuses its own settlement and no other: %s', async (_what, result) => {
    const queue = openQueue();
    for (const fields of [asked, called]) {
      const [bad, good] = await twoAtWork(queue, fields);
      const settlements = [settlementOf(bad, { status: 'done', result }), settlementOf(good)];
      const broker = queue.brokerOf({ maxPayloadBytes: 1_024 });
      const { settled } = await broker.claim({ slots: 1, settlements });
      expect(settlements.map((each) => settled.get(each))).toEqual([
        { refused: expect.any(Error) },
        'ok',
      ]);
      const error = { code: 'X', message: 'x', retryable: false, http_status: 500 };
      const dead = settlementOf(bad, { status: 'dead', error });
      expect([...(await broker.settle([dead])).values()]).toEqual(['ok']);
    }
    expect(await audit(queue.stored)).toEqual([]);
  });
});

it('settles the others of a batch when Redis refuses one of them', async () => {
  const queue = openQueue();
  const [bad, good] = await twoAtWork(queue, called);
  await queue.stored.client.set(queue.stored.key('messages'), 'a key of another type');
  const settlements = [settlementOf(bad), settlementOf(good)];
  const { settled } = await queue.brokerOf().claim({ slots: 1, settlements });
  expect(settlements.map((each) => settled.get(each))).toEqual([
    { refused: expect.any(Error) },
    'ok',
  ]);
  await queue.stored.client.del(queue.stored.key('messages'));
  expect(await queue.settle(bad, done)).toBe('ok');
});

/** A pool whose inboxes cannot be reached: replies fail, or hang. */
function withoutInboxes(redis: RedisPool, fate: 'fail' | 'hang'): RedisPool {
  const client = redis.command();
  const { sha, lua } = scriptOf('reply');
  const command = new Proxy(client, {
    get: (_client, name) => {
      const own: unknown = Reflect.get(client, name, client);
      if (typeof own !== 'function') return own;
      return async (...args: unknown[]) => {
        if (args[0] !== sha && args[0] !== lua)
          return (own as (...given: unknown[]) => unknown).apply(client, args);
        if (fate === 'fail') throw new Error('Connection is closed.');
        return new Promise(() => {});
      };
    },
  });
  return { command: () => command } as unknown as RedisPool;
}

it('settles an action whose reply cannot be written, and delivers the reply later', async () => {
  const queue = openQueue();
  const [replied, plain] = await twoAtWork(queue, asked);
  const redis = withoutInboxes(queue.redis, 'fail');
  const broker = createBroker({ domain: 'embedding', redis, prefix: queue.prefix });
  const settlements = [settlementOf(replied), settlementOf(plain)];
  expect([...(await broker.settle(settlements)).values()]).toEqual(['ok', 'ok']);
  expect((await queue.queues.stats('embedding')).callbacksPending).toBe(1);
  await queue.stored.hasten('outbox', 10_000);
  await queue.brokerOf().claim({ slots: 0 });
  await expect
    .poll(async () => queue.stored.replies('me'), PATIENT)
    .toEqual([
      JSON.stringify({
        action_id: replied.lease.actionId,
        action_type: 'embedding.generate',
        ...done,
      }),
    ]);
  expect(await audit(queue.stored)).toEqual([]);
});

it('lets a claim not wait for an inbox that does not answer', async () => {
  const queue = openQueue();
  const [replied, plain] = await twoAtWork(queue, asked);
  await queue.enqueue();
  const redis = withoutInboxes(queue.redis, 'hang');
  const broker = createBroker({ domain: 'embedding', redis, prefix: queue.prefix });
  const settlements = [settlementOf(replied), settlementOf(plain)];
  const { claimed, settled } = await broker.claim({ slots: 1, settlements });
  expect(claimed).toHaveLength(1);
  const [ofReplied, ofPlain] = settlements.map((each) => settled.get(each));
  expect(ofReplied).toEqual(expect.any(Promise));
  expect([await ofReplied, ofPlain]).toEqual(['ok', 'ok']);
  expect((await queue.queues.stats('embedding')).callbacksPending).toBe(1);
});

const answering = (claims: number[]): QueueBroker =>
  ({
    claim: async ({ slots }: { slots: number }) => {
      claims.push(slots);
      return { claimed: [], settled: [] };
    },
  }) as unknown as QueueBroker;

describe('a partition that does not answer', () => {
  it('is skipped while its claim is in flight, and the actions of that claim are returned', async () => {
    const asked: ((reply: unknown) => void)[] = [];
    const released: unknown[] = [];
    const silent = {
      claim: async () => new Promise((resolve) => asked.push(resolve)),
      release: async (claimed: unknown) => void released.push(claimed),
    } as unknown as QueueBroker;
    const claims: number[] = [];
    const turns = {
      brokers: [silent, answering(claims)],
      brokerOf: () => silent,
      late: new Set<QueueBroker>(),
    };
    for (let n = 0; n < 3; n += 1) await claimInTurn(turns, { slots: 2 });
    expect([asked.length, claims]).toEqual([1, [2, 2, 2]]);
    asked[0]?.({ claimed: ['one'], settled: [] });
    await expect.poll(() => released).toEqual([['one']]);
    await expect.poll(() => turns.late.size).toBe(0);
  });

  it('makes the claim fail when no other answers either', async () => {
    const silent = { claim: async () => new Promise(() => {}) } as unknown as QueueBroker;
    const turns = { brokers: [silent], brokerOf: () => silent, late: new Set<QueueBroker>() };
    await expect(claimInTurn(turns, { slots: 1 })).rejects.toMatchObject({
      code: 'REDIS_UNAVAILABLE',
    });
  });
});
