import { describe, expect, it } from 'vitest';
import type { ClaimedAction, Outcome } from '../src/broker.ts';
import { audit } from './audit.ts';
import { actionOf, failure, idsOf, openQueue, type Queue } from './fixture.ts';

const done = { status: 'done' } as const;
const retry = { status: 'retry', delayMs: 60_000, error: failure } as const;
const dead = { status: 'dead', error: failure } as const;
const PAST = '2026-01-01T00:00:00.000Z';

/** Enqueues actions with these ids into one sequence, one after the other. */
async function follow({ enqueue }: Queue, ...ids: readonly string[]): Promise<void> {
  for (const actionId of ids) await enqueue({ actionId, sequence: 'chat' });
}

async function claimIds(queue: Queue): Promise<string[]> {
  const ids = idsOf(await queue.claim(10));
  expect(await audit(queue.stored)).toEqual([]);
  return ids;
}

/** Claims one action, which must be this one, and settles it. */
async function run(queue: Queue, actionId: string, outcome: Outcome = done): Promise<void> {
  const claimed = await queue.claim(10);
  expect(idsOf(claimed)).toEqual([actionId]);
  expect(await queue.settle(claimed[0] as ClaimedAction, outcome)).toBe('ok');
  expect(await audit(queue.stored)).toEqual([]);
}

async function letDelayedFallDue({ stored, brokerOf }: Queue): Promise<void> {
  await stored.hasten('delayed', 3_600_000);
  await brokerOf().claim({ slots: 0 });
}

/** Expects that nothing of a sequence is left. */
async function expectNothingLeft({ stored }: Queue): Promise<void> {
  expect(await audit(stored)).toEqual([]);
  expect(await stored.sequences()).toEqual(new Map());
  for (const name of ['actions', 'run', 'depth', 'counts'] as const) {
    expect(await stored.hash(name)).toEqual({});
  }
}

it('runs one action of a sequence at a time, in order of admission', async () => {
  const queue = openQueue();
  await follow(queue, 'a', 'b', 'c');
  await run(queue, 'a');
  await run(queue, 'b');
  await run(queue, 'c');
  await expectNothingLeft(queue);
});

it('runs the other actions of the tenant, and those of other sequences, meanwhile', async () => {
  const queue = openQueue();
  await follow(queue, 'a', 'b');
  await queue.enqueue({ actionId: 'plain' });
  await queue.enqueue({ actionId: 'other', sequence: 'other' });
  expect(await claimIds(queue)).toEqual(['a', 'plain', 'other']);
});

it('keeps the order of a batch', async () => {
  const queue = openQueue();
  const ids = Array.from({ length: 150 }, (_, at) => `a${at}`);
  await queue.queues.enqueueMany(ids.map((actionId) => actionOf({ actionId, sequence: 'chat' })));
  expect([...(await queue.stored.sequences()).values()]).toEqual([ids]);
  expect(await audit(queue.stored)).toEqual([]);
  for (const id of ids.slice(0, 3)) await run(queue, id);
});

it('counts blocked actions as waiting, in the depth of their tenant too', async () => {
  const queue = openQueue({ tiers: { professional: { maxDepth: 3 } } });
  await follow(queue, 'a', 'b', 'c');
  const { tiers } = await queue.queues.stats('embedding');
  expect(tiers.professional).toMatchObject({
    waiting: 3,
    tenantsWaiting: 1,
    oldestMs: expect.any(Number) as number,
  });
  expect(await queue.stateOf('b')).toBe('waiting');
  await expect(queue.enqueue()).rejects.toMatchObject({ code: 'QUEUE_FULL' });
});

const SESSION = { sequence: 'session', sessionId: 's' };

it.each([
  ['one session', [SESSION, SESSION], ['a']],
  ['two sessions', [SESSION, { ...SESSION, sessionId: 't' }], ['a', 'b']],
  ['a session and a name like it', [SESSION, { sequence: 's' }], ['a', 'b']],
  ['two tenants', [{ sequence: 's' }, { sequence: 's', tenantId: 'globex' }], ['a', 'b']],
  ['two tiers of a tenant', [{ sequence: 's' }, { sequence: 's', tenantTier: 'free' }], ['a']],
  ['a name like a key', [{ sequence: 'a:b}*' }, { sequence: 'b}*', tenantId: 'a' }], ['a', 'b']],
] as const)('puts actions of %s in one sequence, or in two', async (_what, [one, other], first) => {
  const queue = openQueue();
  await queue.enqueue({ actionId: 'a', ...one });
  await queue.enqueue({ actionId: 'b', ...other });
  expect((await claimIds(queue)).sort()).toEqual(first);
});

it.each([
  { sequence: '' },
  { sequence: 'x'.repeat(257) },
  { sequence: '\ud83d' },
  { sequence: 5 as unknown as string },
  { sequence: 'session' },
])('refuses an invalid sequence and stores nothing: %o', async (fields) => {
  const queue = openQueue();
  await expect(queue.enqueue(fields)).rejects.toMatchObject({ code: 'INVALID_ACTION' });
  expect(await queue.stored.dump()).toEqual({});
});

describe('the leader', () => {
  it('keeps its place while it waits for its retry', async () => {
    const queue = openQueue();
    await follow(queue, 'a', 'b');
    await run(queue, 'a', retry);
    expect(await claimIds(queue)).toEqual([]);
    await letDelayedFallDue(queue);
    await run(queue, 'a');
    await run(queue, 'b');
    await expectNothingLeft(queue);
  });

  it.each([
    { ...retry, status: 'throttled' },
    { ...retry, status: 'unhandled' },
  ] as const)('keeps it while it is put off: %o', async (outcome) => {
    const queue = openQueue();
    await follow(queue, 'a', 'b');
    await run(queue, 'a', outcome);
    await letDelayedFallDue(queue);
    await run(queue, 'a');
    await run(queue, 'b');
  });

  it('keeps it when its worker dies, also as a suspect, and loses it when it is dead', async () => {
    const queue = openQueue({ worker: { maxStalls: 1 } });
    await follow(queue, 'a', 'b');
    for (const stalls of [0, 1]) {
      const claimed = await queue.claim(10);
      expect(claimed.map(({ lease, stalls: seen }) => [lease.actionId, seen])).toEqual([
        ['a', stalls],
      ]);
      await queue.loseLeases();
      expect(await audit(queue.stored)).toEqual([]);
    }
    expect(await queue.stateOf('a')).toBe('dead');
    await run(queue, 'b');
  });

  it('keeps it when it is released', async () => {
    const queue = openQueue();
    await follow(queue, 'a', 'b');
    await run(queue, 'a', { status: 'release' });
    await run(queue, 'a');
    await run(queue, 'b');
  });

  it('loses it when it is dead, and joins at the end when it is redriven', async () => {
    const queue = openQueue();
    await follow(queue, 'a', 'b', 'c');
    await run(queue, 'a', dead);
    expect(await queue.queues.deadLetters('embedding').redrive({ all: true })).toBe(1);
    expect(await audit(queue.stored)).toEqual([]);
    for (const id of ['b', 'c', 'a']) await run(queue, id);
    await expectNothingLeft(queue);
  });

  it('is a redriven action if nothing else is left', async () => {
    const queue = openQueue();
    await follow(queue, 'a', 'b');
    await run(queue, 'a', dead);
    await run(queue, 'b', dead);
    await queue.queues.deadLetters('embedding').redrive({ all: true });
    await run(queue, 'a');
    await run(queue, 'b', dead);
    await queue.queues.deadLetters('embedding').discard({ all: true });
    await expectNothingLeft(queue);
  });
});

describe('a blocked action', () => {
  it('can be cancelled, and the leader too', async () => {
    const queue = openQueue();
    await follow(queue, 'a', 'b', 'c', 'd');
    const cancel = async (actionId: string) =>
      queue.queues.cancel({ domain: 'embedding', actionId });
    expect(await cancel('b')).toBe('cancelled');
    expect(await cancel('a')).toBe('cancelled');
    expect(await audit(queue.stored)).toEqual([]);
    await run(queue, 'c');
    expect(await cancel('d')).toBe('cancelled');
    expect(await claimIds(queue)).toEqual([]);
    await expectNothingLeft(queue);
  });

  it('may be enqueued again under its id after it was cancelled', async () => {
    const queue = openQueue();
    await follow(queue, 'a', 'b', 'c');
    await queue.queues.cancel({ domain: 'embedding', actionId: 'b' });
    await queue.queues.cancel({ domain: 'embedding', actionId: 'a' });
    await follow(queue, 'a', 'b');
    for (const id of ['c', 'a', 'b']) await run(queue, id);
    await expectNothingLeft(queue);
  });

  it('is a duplicate to its repetition, by its id and by its key', async () => {
    const queue = openQueue();
    await follow(queue, 'a');
    const fields = { actionId: 'b', sequence: 'chat' };
    await queue.enqueue(fields, { idempotencyKey: 'k' });
    expect(await queue.enqueue(fields)).toMatchObject({ status: 'duplicate', actionId: 'b' });
    const again = await queue.enqueue({ sequence: 'chat' }, { idempotencyKey: 'k' });
    expect(again).toMatchObject({ status: 'duplicate', actionId: 'b' });
    await run(queue, 'a');
    await run(queue, 'b');
    await expectNothingLeft(queue);
  });

  it('that has expired never runs: its caller is notified, and the next one leads', async () => {
    const queue = openQueue();
    const expired = { sequence: 'chat', expiresAt: PAST, callbackQueue: 'query:acme:free' };
    await follow(queue, 'a');
    for (const actionId of ['b', 'c']) await queue.enqueue({ ...expired, actionId });
    await follow(queue, 'd');
    await run(queue, 'a');
    expect(await claimIds(queue)).toEqual([]);
    expect(await queue.stateOf('b')).toBeUndefined();
    expect((await queue.queues.stats('embedding')).callbacksPending).toBe(2);
    await run(queue, 'd');
    await expectNothingLeft(queue);
  });

  it('takes its turn behind any number of expired ones', async () => {
    const queue = openQueue();
    await follow(queue, 'a');
    const expired = Array.from({ length: 450 }, () =>
      actionOf({ sequence: 'chat', expiresAt: PAST }),
    );
    await queue.queues.enqueueMany(expired);
    await follow(queue, 'b');
    await run(queue, 'a');
    expect((await queue.queues.stats('embedding')).tiers.professional.waiting).toBe(451);
    const broker = queue.brokerOf();
    for (let call = 0; call < 6; call += 1) {
      expect((await broker.claim({ slots: 0 })).claimed).toEqual([]);
      const { claimed } = await broker.claim({ slots: 1 });
      expect(await audit(queue.stored)).toEqual([]);
      if (claimed.length > 0) {
        expect([call, idsOf(claimed)]).toEqual([5, ['b']]);
        return;
      }
    }
    throw new Error('It never ran');
  });
});

describe('a delayed action', () => {
  it('enters its sequence when it is due', async () => {
    const queue = openQueue();
    await queue.enqueue({ actionId: 'later', sequence: 'chat' }, { delayMs: 60_000 });
    await follow(queue, 'a', 'b');
    const claimed = await queue.claimOne();
    await letDelayedFallDue(queue);
    expect(await audit(queue.stored)).toEqual([]);
    await queue.settle(claimed, done);
    for (const id of ['b', 'later']) await run(queue, id);
    await expectNothingLeft(queue);
  });

  it('leads if nothing is in its sequence, also if several are due together', async () => {
    const queue = openQueue();
    for (const [at, actionId] of ['x', 'y', 'z'].entries()) {
      await queue.enqueue({ actionId, sequence: 'chat' }, { delayMs: 60_000 + at });
    }
    await letDelayedFallDue(queue);
    for (const id of ['x', 'y', 'z']) await run(queue, id);
    await expectNothingLeft(queue);
  });

  it('enters it when its slot under a limit comes', async () => {
    const queue = openQueue({ tiers: { professional: { perMinute: 1, onLimit: 'delay' } } });
    await follow(queue, 'a', 'b', 'c');
    await run(queue, 'a');
    await letDelayedFallDue(queue);
    await run(queue, 'b');
    await run(queue, 'c');
    await expectNothingLeft(queue);
  });

  it('can be cancelled before it is due', async () => {
    const queue = openQueue();
    await queue.enqueue({ actionId: 'x', sequence: 'chat' }, { delayMs: 60_000 });
    await follow(queue, 'a');
    expect(await queue.queues.cancel({ domain: 'embedding', actionId: 'x' })).toBe('cancelled');
    await run(queue, 'a');
    await expectNothingLeft(queue);
  });
});

it('lets a claim that ends an expired leader go on with its tenant', async () => {
  const queue = openQueue();
  await queue.enqueue({ actionId: 'a', sequence: 'chat', expiresAt: PAST });
  await follow(queue, 'b');
  await queue.enqueue({ actionId: 'plain' });
  expect(await claimIds(queue)).toEqual(['plain']);
  await run(queue, 'b');
});

it('starts what follows a leader that ended while its tenant was paused only after it is resumed', async () => {
  const queue = openQueue();
  await follow(queue, 'a', 'b');
  const claimed = await queue.claimOne();
  const target = { domain: 'embedding', tenantId: 'acme' };
  await queue.queues.pause(target);
  await queue.settle(claimed, done);
  expect(await claimIds(queue)).toEqual([]);
  await queue.queues.resume(target);
  await run(queue, 'b');
});

it('frees a sequence only once for a settle that is repeated or stale', async () => {
  const queue = openQueue();
  await follow(queue, 'a', 'b', 'c');
  const stale = await queue.claimOne();
  await queue.loseLeases();
  const current = await queue.claimOne();
  expect(await queue.settle(stale, done)).toBe('lost');
  expect(await queue.settle(current, done)).toBe('ok');
  expect(await queue.settle(current, done)).toBe('already');
  expect(await claimIds(queue)).toEqual(['b']);
});

it('wakes an idle worker for the next action of a sequence', async () => {
  const queue = openQueue();
  await follow(queue, 'a', 'b');
  const claimed = await queue.claimOne();
  await queue.stored.client.del(queue.stored.key('wake'));
  await queue.settle(claimed, done);
  expect(await queue.stored.client.llen(queue.stored.key('wake'))).toBe(1);
});
