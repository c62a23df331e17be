import { runScript } from '@nooble/redis';
import { expect, it } from 'vitest';
import { parseRun } from '../src/protocol/header.ts';
import { Keyspace } from '../src/protocol/keyspace.ts';
import { claimCall, readClaim } from '../src/protocol/operations/claim.ts';
import { audit } from './audit.ts';
import { actionOf, failure, idsOf, openQueue, PATIENT, type Queue } from './fixture.ts';

const done = { status: 'done' } as const;
const retry = { status: 'retry', delayMs: 60_000, error: failure } as const;
const dead = { status: 'dead', error: failure } as const;
const throttled = { ...retry, status: 'throttled' } as const;
const unhandled = { ...retry, status: 'unhandled' } as const;
const release = { status: 'release' } as const;

/** Lets delayed actions fall due, and a worker notice. */
async function letDelayedFallDue({ stored, brokerOf }: Queue): Promise<void> {
  await stored.hasten('delayed', 3_600_000);
  await brokerOf().claim({ slots: 0 });
}

/** Claims and loses every action this number of times. */
async function stall(queue: Queue, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await queue.claim(10);
    await queue.loseLeases();
  }
}

it('lets only the holder of the lease settle: a stale token is lost and changes nothing', async () => {
  const queue = openQueue();
  await queue.enqueue();
  const stale = await queue.claimOne();
  await queue.loseLeases();
  const current = await queue.claimOne();
  const before = await queue.stored.dump();
  for (const outcome of [done, retry, throttled, unhandled, dead, release]) {
    expect(await queue.settle(stale, outcome)).toBe('lost');
  }
  expect(await queue.brokerOf().renew([stale.lease])).toEqual([]);
  expect(await queue.stored.dump()).toEqual(before);
  expect(await queue.settle(current, done)).toBe('ok');
  expect(await queue.settle(stale, done)).toBe('lost');
});

it('says lost for an action that was taken back and waits', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  const stale = await queue.claimOne();
  await queue.loseLeases();
  expect(await queue.settle(stale, done)).toBe('lost');
  expect(await queue.stateOf(actionId)).toBe('waiting');
});

it.each([done, retry, throttled, unhandled, dead, release])(
  'answers already to a settle repeated: %o',
  async (outcome) => {
    const queue = openQueue();
    await queue.enqueue();
    const claimed = await queue.claimOne();
    expect(await queue.settle(claimed, outcome)).toBe('ok');
    const before = await queue.stored.dump();
    expect(await queue.settle(claimed, outcome)).toBe('already');
    expect(await queue.stored.dump()).toEqual(before);
    expect(await audit(queue.stored)).toEqual([]);
  },
);

it('lets the holder settle after its lease has ended, as long as nobody took the action', async () => {
  const queue = openQueue();
  await queue.enqueue();
  const claimed = await queue.claimOne();
  await queue.stored.hasten('active', 3_600_000);
  expect(await queue.settle(claimed, done)).toBe('ok');
});

it('settles, renews and releases many at once, each for itself', async () => {
  const queue = openQueue();
  await queue.queues.enqueueMany(Array.from({ length: 1_200 }, () => actionOf()));
  const claimed = [
    ...(await queue.claim(5_000)),
    ...(await queue.claim(500)),
    ...(await queue.claim(500)),
  ];
  expect(claimed).toHaveLength(1_200);
  const broker = queue.brokerOf();
  expect(await broker.renew(claimed.map(({ lease }) => lease))).toHaveLength(1_200);
  await broker.release(claimed.slice(0, 100));
  const ends = claimed.map((each) => ({ claimed: each, outcome: done }));
  const answers = await broker.settle(ends);
  expect(ends.map((each) => answers.get(each)).map((result) => result === 'ok')).toEqual(
    claimed.map((_, at) => at >= 100),
  );
  expect((await queue.queues.stats('embedding')).tiers.professional.waiting).toBe(100);
  expect(await audit(queue.stored)).toEqual([]);
});

it('moves the deadline when a lease is renewed, and keeps the token', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  const { lease } = await queue.claimOne();
  await queue.stored.hasten('active', 20_000);
  const deadline = async () =>
    (await queue.stored.scores(queue.stored.key('active'))).get(actionId);
  const before = (await deadline()) ?? 0;
  const [renewed] = await queue.brokerOf().renew([lease]);
  expect(renewed).toMatchObject({ actionId, token: lease.token });
  expect(renewed?.deadline).toBeGreaterThanOrEqual(lease.deadline);
  expect(await deadline()).toBeGreaterThanOrEqual(before + 20_000);
});

it('takes the first of two ends of one attempt told in one call', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  const claimed = await queue.claimOne();
  const ends = [retry, done, retry].map((outcome) => ({ claimed, outcome }));
  expect([...(await queue.brokerOf().settle(ends)).values()]).toEqual(['ok', 'already', 'already']);
  expect(await queue.stateOf(actionId)).toBe('delayed');
  expect(await audit(queue.stored)).toEqual([]);
});

it('decides nothing at an earlier time when the clock of the server steps back', async () => {
  const queue = openQueue();
  const ahead = ((await queue.stored.now()) + 3_600_000) * 1_000;
  await queue.stored.client.hset(queue.stored.key('state'), 'clock', ahead);
  await queue.enqueue();
  await queue.enqueue();
  const first = Number((await queue.claimOne()).lease.token);
  const second = Number((await queue.claimOne()).lease.token);
  expect(first).toBeGreaterThan(ahead);
  expect(second).toBeGreaterThan(first);
  const deadlines = await queue.stored.scores(queue.stored.key('active'));
  expect(Math.min(...deadlines.values())).toBeGreaterThanOrEqual(ahead / 1_000 + 30_000);
});

it('remembers for an hour which leases were taken back', async () => {
  const queue = openQueue();
  await queue.enqueue();
  const stale = await queue.claimOne();
  await queue.loseLeases();
  await queue.stored.hasten('revoked', 3_590_000);
  await queue.brokerOf().claim({ slots: 0 });
  expect(await queue.settle(stale, done)).toBe('lost');
  await queue.stored.hasten('revoked', 20_000);
  await queue.brokerOf().claim({ slots: 0 });
  expect(await queue.stored.scores(queue.stored.key('revoked'))).toEqual(new Map());
});

it('leaves a settled lease out of the renewed ones', async () => {
  const queue = openQueue();
  await queue.enqueue();
  await queue.enqueue();
  const [first, second] = await queue.claim(2);
  if (!first || !second) throw new Error('Two were enqueued');
  await queue.settle(first, done);
  const renewed = await queue.brokerOf().renew([first.lease, second.lease]);
  expect(renewed.map(({ actionId }) => actionId)).toEqual([second.lease.actionId]);
});

it('takes back an action whose lease ended, to the head of its queue, and counts a stall', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await queue.enqueue();
  await queue.claimOne();
  await queue.loseLeases();
  expect(await queue.claimOne()).toMatchObject({
    lease: { actionId },
    stalls: 1,
    failures: 0,
    suspect: false,
  });
  expect(await audit(queue.stored)).toEqual([]);
});

it('takes back the actions of a tenant in the order of their arrival', async () => {
  const queue = openQueue();
  const ids = [];
  for (let n = 0; n < 8; n += 1) ids.push((await queue.enqueue()).actionId);
  await queue.claim(6);
  await queue.loseLeases();
  expect(idsOf(await queue.claim(10))).toEqual(ids);
});

it('takes back with the next claim of a living worker, by itself', async () => {
  const queue = openQueue({ worker: { leaseMs: 600 } });
  const { actionId } = await queue.enqueue();
  const worker = queue.brokerOf();
  expect((await worker.claim({ slots: 1 })).claimed).toHaveLength(1);
  const taken: string[] = [];
  const look = async () => taken.push(...idsOf((await worker.claim({ slots: 1 })).claimed));
  await expect.poll(look, { ...PATIENT, interval: 20 }).toBeGreaterThan(0);
  expect(taken).toEqual([actionId]);
});

it('does not take back a lease that is renewed', async () => {
  const queue = openQueue();
  await queue.enqueue();
  const { lease } = await queue.claimOne();
  await queue.stored.endLeases();
  await queue.brokerOf().renew([lease]);
  expect(await queue.claim(1)).toEqual([]);
});

it('only notes the time at the first look after an outage longer than a lease', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  const { lease } = await queue.claimOne();
  await queue.stored.endLeases();
  await queue.stored.client.hincrby(queue.stored.key('state'), 'looked', -31_000);
  expect(await queue.claim(1)).toEqual([]);
  expect(await queue.claim(1)).toEqual([]);
  expect(await queue.stateOf(actionId)).toBe('active');
  expect(await queue.brokerOf().renew([lease])).toHaveLength(1);
});

it('takes back a third of a lease after that first look what nobody renewed', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await queue.claimOne();
  await queue.stored.endLeases();
  await queue.stored.client.hincrby(queue.stored.key('state'), 'looked', -31_000);
  const { dueInMs } = await queue.brokerOf().claim({ slots: 0 });
  expect(dueInMs).toBeGreaterThan(0);
  expect(dueInMs).toBeLessThanOrEqual(10_000);
  const { looked, grace } = await queue.stored.hash('state');
  expect(Number(grace) - Number(looked)).toBe(10_000);
  await queue.stored.client.hincrby(queue.stored.key('state'), 'grace', -10_000);
  expect(idsOf(await queue.claim(1))).toEqual([actionId]);
});

it('counts failures and stalls apart', async () => {
  const queue = openQueue();
  await queue.enqueue();
  await stall(queue, 1);
  await queue.settle(await queue.claimOne(), retry);
  await letDelayedFallDue(queue);
  const claimed = await queue.claimOne();
  expect(claimed).toMatchObject({ failures: 1, stalls: 1, suspect: false });
  await queue.settle(claimed, retry);
  await letDelayedFallDue(queue);
  expect(await queue.claimOne()).toMatchObject({ failures: 2, stalls: 1 });
});

it('hands out suspects one at a time, and only to a worker that runs none', async () => {
  const queue = openQueue();
  for (let n = 0; n < 3; n += 1) await queue.enqueue();
  await stall(queue, 2);
  const { actionId } = await queue.enqueue();
  expect((await queue.queues.stats('embedding')).suspects).toBe(3);
  const busy = await queue.brokerOf().claim({ slots: 10, acceptSuspect: false });
  expect(idsOf(busy.claimed)).toEqual([actionId]);
  for (let n = 0; n < 3; n += 1) {
    expect(await queue.claim(10)).toMatchObject([{ suspect: true, stalls: 2 }]);
  }
  expect(await queue.claim(10)).toEqual([]);
  expect(await audit(queue.stored)).toEqual([]);
});

it('lets a suspect wait while its tenant is paused or capped', async () => {
  const open = { perMinute: null, perDay: null, maxActive: 1 };
  const queue = openQueue({ tiers: { professional: open } });
  await queue.enqueue();
  await stall(queue, 2);
  await queue.queues.pause({ domain: 'embedding', tenantId: 'acme' });
  expect(await queue.claim(5)).toEqual([]);
  await queue.queues.resume({ domain: 'embedding', tenantId: 'acme' });
  await queue.enqueue();
  const running = await queue.brokerOf().claim({ slots: 5, acceptSuspect: false });
  expect(running.claimed).toHaveLength(1);
  expect(await queue.claim(5)).toEqual([]);
  await queue.brokerOf().settle(running.claimed.map((claimed) => ({ claimed, outcome: done })));
  expect(await queue.claim(5)).toMatchObject([{ suspect: true }]);
});

it('keeps a suspect a suspect when it is retried or released', async () => {
  const queue = openQueue();
  await queue.enqueue();
  await stall(queue, 2);
  for (const outcome of [retry, release]) {
    const claimed = await queue.claimOne();
    expect(claimed.suspect).toBe(true);
    await queue.settle(claimed, outcome);
    await letDelayedFallDue(queue);
  }
  expect(await queue.claimOne()).toMatchObject({ suspect: true, failures: 1, stalls: 2 });
  expect(await audit(queue.stored)).toEqual([]);
});

it('gives an action up after more stalls than permitted', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await stall(queue, 3);
  expect(await queue.claim(1)).toEqual([]);
  expect(await queue.queues.get({ domain: 'embedding', actionId })).toMatchObject({
    state: 'dead',
    stalls: 3,
    failures: 0,
    error: { code: 'STALLED' },
  });
  expect(await audit(queue.stored)).toEqual([]);
});

it('gives an action up with its first stall where none is permitted, and may release it before', async () => {
  const queue = openQueue({ worker: { maxStalls: 0 } });
  const first = await queue.enqueue();
  const second = await queue.enqueue();
  const claimed = await queue.claim(1);
  await queue.brokerOf().release(claimed);
  const again = await queue.claim(2);
  expect(idsOf(again)).toEqual([first.actionId, second.actionId]);
  expect(again[0]?.suspect).toBe(false);
  await queue.loseLeases();
  expect(await queue.stateOf(first.actionId)).toBe('dead');
});

it('retries not before the delay is over', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await queue.settle(await queue.claimOne(), retry);
  expect(await queue.stateOf(actionId)).toBe('delayed');
  expect(await queue.claim(1)).toEqual([]);
  await letDelayedFallDue(queue);
  expect(await queue.claimOne()).toMatchObject({ lease: { actionId }, failures: 1 });
});

it('returns to a worker when something falls due', async () => {
  const queue = openQueue();
  expect(await queue.brokerOf().claim({ slots: 1 })).toEqual({ claimed: [], settled: new Map() });
  await queue.enqueue({}, { delayMs: 60_000 });
  const { dueInMs } = await queue.brokerOf().claim({ slots: 1 });
  expect(dueInMs).toBeGreaterThan(0);
  expect(dueInMs).toBeLessThanOrEqual(60_000);
});

it('promotes delayed actions in the order they fall due, behind those that wait', async () => {
  const queue = openQueue();
  const late = await queue.enqueue({}, { delayMs: 90_000 });
  const early = await queue.enqueue({}, { delayMs: 60_000 });
  const later = await queue.enqueue({}, { delayMs: 86_400_000 });
  const waiting = await queue.enqueue();
  await letDelayedFallDue(queue);
  expect(idsOf(await queue.claim(5))).toEqual(
    [waiting, early, late].map(({ actionId }) => actionId),
  );
  expect(await queue.stateOf(later.actionId)).toBe('delayed');
  expect(await audit(queue.stored)).toEqual([]);
});

it('counts the waiting of a delayed action from when it fell due', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue({}, { delayMs: 60_000 });
  const sinceUs = async () => parseRun((await queue.stored.hash('run'))[actionId] ?? '').sinceUs;
  const before = await sinceUs();
  await letDelayedFallDue(queue);
  expect(await sinceUs()).toBeGreaterThan(before);
});

it('claims, settles and takes back in one call, and serves no more than the slots', async () => {
  const queue = openQueue();
  for (let n = 0; n < 5; n += 1) await queue.enqueue();
  const broker = queue.brokerOf();
  const first = await broker.claim({ slots: 2 });
  const settlements = first.claimed.map((claimed) => ({ claimed, outcome: done }));
  const second = await broker.claim({ slots: 2, settlements });
  expect([...second.settled.values()]).toEqual(['ok', 'ok']);
  expect(second.claimed).toHaveLength(2);
  const third = await broker.claim({ slots: 0, settlements });
  expect([...third.settled.values()]).toEqual(['already', 'already']);
  expect(third.claimed).toEqual([]);
  expect(await audit(queue.stored)).toEqual([]);
});

it('answers a claim sent again with the same number with the actions it still holds', async () => {
  const { enqueue, prefix, redis, settle, stored } = openQueue();
  for (let n = 0; n < 4; n += 1) await enqueue();
  const call = claimCall(new Keyspace(prefix, 'embedding'), {
    id: { process: 'p', number: 1 },
    slots: 2,
    leaseMs: 30_000,
    order: { share: 'turns', mode: 'strict', floor: 16, weights: [8, 4, 2, 1] },
    acceptSuspect: true,
  });
  const claim = async () => readClaim(await runScript(redis.command(), call), 0).claimed;
  const first = await claim();
  const before = await stored.dump();
  const second = await claim();
  expect(second.map(({ lease, envelope }) => ({ lease, envelope }))).toEqual(
    first.map(({ lease, envelope }) => ({ lease, envelope })),
  );
  const { [stored.key('active')]: renewed, ...others } = await stored.dump();
  const { [stored.key('active')]: leases, ...othersBefore } = before;
  expect(others).toEqual(othersBefore);
  expect(Object.keys(renewed?.value ?? {})).toEqual(Object.keys(leases?.value ?? {}));
  const [released] = first;
  if (released) await settle(released, { status: 'release' });
  expect(idsOf(await claim())).toEqual(idsOf(first.slice(1)));
});
