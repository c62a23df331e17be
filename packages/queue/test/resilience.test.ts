import { decodeAction } from '@nooble/models';
import { expect, it, onTestFinished } from 'vitest';
import { SCRIPTS } from '../src/generated/scripts.ts';
import { createBroker } from '../src/claiming/partitioned-broker.ts';
import { audit } from './audit.ts';
import { actionOf, failure, idsOf, openQueue, PATIENT, startServer } from './fixture.ts';
import { drain, takeTour } from './tour.ts';
import { unreliable, type Fate } from './unreliable.ts';

const done = { status: 'done' } as const;
const unavailable = { code: 'REDIS_UNAVAILABLE' };

it('survives SCRIPT FLUSH before every call', async () => {
  const server = await startServer();
  const queue = openQueue({ url: server.url });
  await takeTour(queue, async () => queue.redis.command().script('FLUSH'));
  expect(await audit(queue.stored)).toEqual([]);
});

it('leaves nothing behind when everything has ended, except what expires and the clock', async () => {
  const queue = openQueue();
  await takeTour(queue, async () => undefined);
  const left = Object.entries(await queue.stored.dump());
  const lasting = left.flatMap(([name, { expiresMs }]) =>
    expiresMs === -1 ? [name.slice(queue.prefix.length + 1)] : [],
  );
  const bounded = /:(state|wake|revoked|counts)$/;
  expect(lasting.filter((name) => !bounded.test(name))).toEqual([]);
  const counts = await queue.redis.command().hkeys(`${queue.prefix}:{embedding}:counts`);
  expect(counts).toEqual(['reclaimed']);
});

it('runs on a cluster', async () => {
  const settings = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
  const server = await startServer({ settings });
  const node = openQueue({ url: server.url }).redis.command();
  await node.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await expect
    .poll(async () => node.call('CLUSTER', 'INFO'), PATIENT)
    .toContain('cluster_state:ok');
  const queue = openQueue({ url: server.url.replace('redis://', 'redis+cluster://') });
  await takeTour(queue, async () => undefined);
  expect(await audit(queue.stored)).toEqual([]);
});

/** Returns the part of a key that selects its slot. */
function tagOf(key = ''): string {
  return /\{[^}]*\}/.exec(key)?.[0] ?? '';
}

it('touches no key outside the slot of the keys that a call declares', async () => {
  const server = await startServer();
  const queue = openQueue({ url: server.url });
  const client = queue.redis.command();
  if (!('monitor' in client)) throw new Error('Not a single server');
  const monitor = await client.monitor();
  onTestFinished(() => monitor.disconnect());
  const foreign: string[] = [];
  const scripts = new Set<string>();
  let tag = '';
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    if (source !== 'lua') {
      if (args[0] === 'evalsha') scripts.add(args[1] ?? '');
      tag = tagOf(args[3]);
      return;
    }
    const keys = args.slice(1, 6).filter((arg) => arg.startsWith(`${queue.prefix}:`));
    foreign.push(...keys.filter((key) => tagOf(key) !== tag));
  });
  await takeTour(queue, async () => undefined);
  await expect.poll(() => scripts.size, PATIENT).toBe(Object.keys(SCRIPTS).length);
  expect(foreign).toEqual([]);
});

it('refuses admission at maxmemory and leaves no trace of it', async () => {
  const server = await startServer();
  const queue = openQueue({ url: server.url });
  await queue.enqueue();
  await queue.redis.command().config('SET', 'maxmemory', '1');
  const before = await queue.stored.dump();
  await expect(queue.enqueue()).rejects.toMatchObject(unavailable);
  const outcomes = await queue.queues.enqueueMany([actionOf(), actionOf()]);
  expect(outcomes).toMatchObject([
    { status: 'rejected', error: unavailable },
    { status: 'rejected', error: unavailable },
  ]);
  expect(await queue.stored.dump()).toEqual(before);
});

it('finishes accepted work at maxmemory, and notifies its callers', async () => {
  const server = await startServer();
  const queue = openQueue({
    url: server.url,
    tiers: { professional: { maxActive: 20, perMinute: null } },
  });
  const { queues, brokerOf, redis } = queue;
  const cancelled = await queue.enqueue({}, { delayMs: 60_000 });
  await queue.enqueue({ callbackQueue: 'query:acme:free' });
  await queue.enqueue({ replyTo: 'inbox:me' }, { retainMs: 60_000 });
  for (let n = 0; n < 6; n += 1) await queue.enqueue();
  const limitMemory = async (bytes: string) => redis.command().config('SET', 'maxmemory', bytes);
  await limitMemory('1');
  await redis.command().script('FLUSH');
  const broker = brokerOf();
  const { claimed } = await broker.claim({ slots: 6 });
  expect(await broker.renew(claimed.map(({ lease }) => lease))).toHaveLength(6);
  const outcomes = [
    done,
    done,
    { status: 'retry', delayMs: 0, error: failure },
    { status: 'dead', error: failure },
    { status: 'release' },
  ] as const;
  const settlements = outcomes.flatMap((outcome, at) => {
    const each = claimed[at];
    return each ? [{ claimed: each, action: decodeAction(each.envelope), outcome }] : [];
  });
  expect([...(await broker.settle(settlements)).values()]).toEqual(outcomes.map(() => 'ok'));
  await expect.poll(async () => queue.stored.replies('me'), PATIENT).toHaveLength(1);
  await limitMemory('0');
  await queue.stored.endLeases();
  await queue.stored.hasten('outbox', 60_000);
  await limitMemory('1');
  await brokerOf().claim({ slots: 0 });
  expect(await queues.cancel(cancelled)).toBe('cancelled');
  expect(await queues.deadLetters('embedding').redrive({ all: true })).toBe(1);
  await queues.pause('embedding');
  await queues.resume('embedding');
  for (const each of await queue.claim(10)) expect(await queue.settle(each, done)).toBe('ok');
  expect(await queue.stored.hash('actions')).toEqual({});
  expect(await audit(queue.stored)).toEqual([]);
  const onTheirWay = Object.values(await queue.stored.hash('messages'));
  expect(onTheirWay.filter((message) => message.startsWith('callback '))).toHaveLength(1);
  await limitMemory('0');
  await queue.stored.hasten('outbox', 60_000);
  await drain(queue);
});

it('loses nothing it accepted when the server is killed and started again', async () => {
  const server = await startServer({ durable: true });
  const queue = openQueue({ url: server.url });
  const accepted: string[] = [];
  const ended: string[] = [];
  const perhapsEnded: string[] = [];
  const killed = new AbortController();
  const produce = async (): Promise<void> => {
    while (!killed.signal.aborted) {
      await queue.enqueue().then(
        ({ actionId }) => accepted.push(actionId),
        () => undefined,
      );
    }
  };
  const consume = async (): Promise<void> => {
    const broker = queue.brokerOf();
    while (!killed.signal.aborted) {
      const { claimed } = await broker.claim({ slots: 3 }).catch(() => ({ claimed: [] }));
      const [first] = claimed;
      if (!first) continue;
      const [result] = (await broker.settle([{ claimed: first, outcome: done }])).values();
      (result === 'ok' ? ended : perhapsEnded).push(first.lease.actionId);
    }
  };
  const busy = Promise.all([produce(), produce(), consume()]);
  await expect.poll(() => Math.min(accepted.length / 5, ended.length), PATIENT).toBeGreaterThan(20);
  await server.kill();
  killed.abort();
  await server.restart();
  await busy;
  const reachable = async () => (await queue.redis.health()).ok;
  await expect.poll(reachable, PATIENT).toBe(true);
  expect(await audit(queue.stored)).toEqual([]);
  const stored = new Set(Object.keys(await queue.stored.hash('actions')));
  const known = new Set([...stored, ...ended, ...perhapsEnded]);
  expect(accepted.filter((id) => !known.has(id))).toEqual([]);
  expect(ended.filter((id) => stored.has(id))).toEqual([]);
  await queue.loseLeases();
  await drain(queue);
  expect(await queue.stored.hash('actions')).toEqual({});
});

it('moves large actions a few at a time, and never none', async () => {
  const queue = openQueue();
  const data = 'x'.repeat(1_000_000);
  const actions = Array.from({ length: 12 }, () => actionOf({ data }));
  const outcomes = await queue.queues.enqueueMany(actions);
  expect(outcomes.map(({ status }) => status)).toEqual(actions.map(() => 'accepted'));
  const broker = queue.brokerOf();
  const ids: string[] = [];
  for (let calls = 0; calls < 3; calls += 1) {
    const { claimed } = await broker.claim({ slots: 12 });
    expect(claimed.length).toBeLessThanOrEqual(5);
    const outcome = { status: 'dead', error: failure } as const;
    await broker.settle(claimed.map((each) => ({ claimed: each, outcome })));
    ids.push(...idsOf(claimed));
  }
  expect(ids).toEqual(actions.map(({ actionId }) => actionId));
  const page = await queue.queues.deadLetters('embedding').list();
  expect(page.length).toBeGreaterThan(0);
  expect(page.length).toBeLessThanOrEqual(4);
  expect(await queue.queues.deadLetters('embedding').redrive({ all: true })).toBe(12);
  expect(await audit(queue.stored)).toEqual([]);
});

it('brings the actions of a claim whose answer was lost with the next one', async () => {
  const { enqueue, redis, prefix, stored } = openQueue();
  const ids = [];
  for (let n = 0; n < 6; n += 1) ids.push((await enqueue()).actionId);
  const broker = createBroker({
    domain: 'embedding',
    redis: unreliable(redis, ['answer is lost', 'answer is lost']),
    prefix,
  });
  await expect(broker.claim({ slots: 2 })).rejects.toMatchObject(unavailable);
  await expect(broker.claim({ slots: 0 })).rejects.toMatchObject(unavailable);
  expect(idsOf((await broker.claim({ slots: 2 })).claimed)).toEqual(ids.slice(0, 2));
  expect(idsOf((await broker.claim({ slots: 2 })).claimed)).toEqual(ids.slice(2, 4));
  expect(await stored.client.zcard(stored.key('active'))).toBe(4);
});

it('wakes another worker when a claim that is answered again leaves actions behind', async () => {
  const { enqueue, redis, prefix, stored } = openQueue();
  for (let n = 0; n < 2; n += 1) await enqueue();
  const broker = createBroker({
    domain: 'embedding',
    redis: unreliable(redis, ['answer is lost']),
    prefix,
  });
  await expect(broker.claim({ slots: 1 })).rejects.toMatchObject(unavailable);
  await stored.client.del(stored.key('wake'));
  expect((await broker.claim({ slots: 1 })).claimed).toHaveLength(1);
  expect(await stored.client.llen(stored.key('wake'))).toBe(1);
});

it('says unsent for a settle whose answer was lost, and already when it is sent again', async () => {
  const { enqueue, redis, prefix, claimOne } = openQueue();
  await enqueue();
  const claimed = await claimOne();
  const broker = createBroker({
    domain: 'embedding',
    redis: unreliable(redis, ['answer is lost']),
    prefix,
  });
  expect([...(await broker.settle([{ claimed, outcome: done }])).values()]).toEqual([]);
  expect([...(await broker.settle([{ claimed, outcome: done }])).values()]).toEqual(['already']);
});

it('hands over what it claimed when the settlements that did not fit into the call fail', async () => {
  const { queues, claim, redis, prefix } = openQueue();
  const data = 'x'.repeat(500_000);
  await queues.enqueueMany(
    Array.from({ length: 6 }, () => actionOf({ data })),
    { retainMs: 1_000 },
  );
  const held = await claim(4);
  // Each nearly fills a call, so that all but the first are sent after the claim.
  const outcome = { status: 'done', result: 'x'.repeat(1_000_000) } as const;
  const settlements = held.map((claimed) => ({ claimed, outcome }));
  const course: Fate[] = ['arrives', 'is lost', 'is lost', 'is lost'];
  const broker = createBroker({ domain: 'embedding', redis: unreliable(redis, course), prefix });
  const { claimed, settled } = await broker.claim({ slots: 2, settlements });
  expect(claimed).toHaveLength(2);
  expect(settled).toEqual(new Map([[settlements[0], 'ok']]));
});

it('brings no more than there are slots for when a claim is sent again', async () => {
  const { queues, redis, prefix } = openQueue();
  await queues.enqueueMany(Array.from({ length: 8 }, () => actionOf()));
  const course: Fate[] = ['answer is lost'];
  const broker = createBroker({ domain: 'embedding', redis: unreliable(redis, course), prefix });
  await expect(broker.claim({ slots: 4 })).rejects.toMatchObject(unavailable);
  const fewer = await broker.claim({ slots: 2 });
  const all = await broker.claim({ slots: 4 });
  expect([fewer.claimed.length, all.claimed.length]).toEqual([2, 4]);
  expect(new Set(idsOf([...fewer.claimed, ...all.claimed])).size).toBe(6);
});

it('looks at what time brings with the next claim when the last one did not arrive', async () => {
  const { enqueue, redis, prefix, stored } = openQueue();
  const { actionId } = await enqueue({}, { delayMs: 60_000 });
  await stored.hasten('delayed', 60_000);
  const broker = createBroker({
    domain: 'embedding',
    redis: unreliable(redis, ['is lost']),
    prefix,
  });
  await expect(broker.claim({ slots: 1 })).rejects.toMatchObject(unavailable);
  expect(idsOf((await broker.claim({ slots: 1 })).claimed)).toEqual([actionId]);
});

it('acknowledges a callback with the next claim when the last one did not arrive', async () => {
  const { enqueue, redis, prefix, queues, claimOne } = openQueue();
  await enqueue({ callbackQueue: 'query:acme:free' });
  const claimed = await claimOne();
  const broker = createBroker({
    domain: 'embedding',
    redis: unreliable(redis, ['arrives', 'is lost']),
    prefix,
  });
  await broker.settle([{ claimed, action: decodeAction(claimed.envelope), outcome: done }]);
  await broker.delivered();
  await expect(broker.claim({ slots: 0 })).rejects.toMatchObject(unavailable);
  expect((await queues.stats('embedding')).callbacksPending).toBe(1);
  await broker.claim({ slots: 0 });
  expect((await queues.stats('embedding')).callbacksPending).toBe(0);
});

it('skips the remains of a suspect whose id stands for another action', async () => {
  const { queues, claim, claimOne, loseLeases, enqueue, stored } = openQueue({
    worker: { maxStalls: 1 },
  });
  const action = actionOf();
  await queues.enqueue(action);
  await claimOne();
  await loseLeases();
  await queues.cancel({ domain: 'embedding', actionId: action.actionId });
  await enqueue({ ...action, tenantId: 'globex' });
  expect(idsOf(await claim(5))).toEqual([action.actionId]);
  expect(await stored.client.llen(stored.key('suspects'))).toBe(0);
});
