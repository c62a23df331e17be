import { decodeAction, defineAction } from '@nooble/models';
import { expect } from 'vitest';
import { z } from 'zod';
import { ActionClient } from '../src/action-client.ts';
import { purgeTenantQueues } from '../src/tenancy/purge.ts';
import type { ClaimedAction, Outcome, QueueBroker } from '../src/broker.ts';
import { actionOf, failure, PATIENT, type Queue } from './fixture.ts';

const PAST = '2026-01-01T00:00:00.000Z';
const scheduled = defineAction('embedding.nightly', { data: z.null() });
/** Bounds that the tour exceeds. */
const KEPT = { result: true, maxEntries: 5, whenBehind: 'drop' } as const;
const done = { status: 'done', result: { length: 5 } } as const;

function settlementFor(claimed: ClaimedAction, outcome: Outcome) {
  return { claimed, action: decodeAction(claimed.envelope), outcome };
}

/** Uses every feature of a queue at least once, and leaves nothing to do. `before` runs before each step. */
export async function takeTour(queue: Queue, before: () => Promise<unknown>): Promise<void> {
  const step = async <T>(act: () => Promise<T>): Promise<T> => {
    await before();
    return act();
  };
  await step(async () => queue.queues.setHistory('embedding', KEPT));
  await admit(queue, step);
  await work(queue, step);
  await lookAfter(queue, step);
  await cancelRunning(queue, step);
  await runSequence(queue, step);
  await takeSlots(queue, step);
  await readHistory(queue, step);
  await step(async () => drain(queue));
  await step(async () => purgeTenantQueues(queue, 'tenant-0'));
}

type Step = <T>(act: () => Promise<T>) => Promise<T>;

async function admit({ queues, enqueue }: Queue, step: Step): Promise<void> {
  const action = actionOf({ callbackQueue: 'query:acme:free' });
  await step(async () => queues.enqueue(action, { idempotencyKey: 'k', retainMs: 60_000 }));
  expect(await step(async () => queues.enqueue(action))).toMatchObject({ status: 'duplicate' });
  await step(async () => enqueue({ tenantTier: 'free' }, { delayMs: 3_600_000 }));
  await step(async () => enqueue({ replyTo: 'inbox:me', tenantTier: 'enterprise' }));
  await step(async () => enqueue({ expiresAt: PAST, callbackQueue: 'query:acme:free' }));
  for (let n = 0; n < 5; n += 1) await step(async () => enqueue({ tenantId: `tenant-${n}` }));
}

async function work(queue: Queue, step: Step): Promise<void> {
  const broker = queue.brokerOf({ mode: 'weighted' });
  const load = { concurrency: 4, running: 0 };
  const { claimed } = await step(async () => broker.claim({ slots: 4, load }));
  expect(claimed).toHaveLength(4);
  const leases = claimed.map(({ lease }) => lease);
  expect(await step(async () => broker.renew(leases))).toHaveLength(4);
  for (const [at, { lease }] of claimed.entries()) {
    const emit = async (first: number) =>
      broker.emit({ lease, first, chunks: ['1', '2'], readers: ['inbox:me'] });
    expect(await step(async () => emit(1))).toMatchObject({ held: true });
    if (at === 0) expect(await step(async () => emit(3))).toMatchObject({ held: true });
  }
  const client = new ActionClient({ queues: queue.queues });
  const [streamed] = leases;
  const followed = client.follow({ domain: 'embedding', actionId: streamed?.actionId ?? '' });
  expect(await step(async () => followed.next())).toEqual({ done: false, value: 1 });
  await followed.return();
  const outcomes = [done, { status: 'retry', delayMs: 0, error: failure }, done] as const;
  const settlements = claimed.flatMap((each, at) => {
    const outcome = outcomes[at];
    return outcome ? [settlementFor(each, outcome)] : [];
  });
  const second = await step(async () => broker.claim({ slots: 2, settlements }));
  expect([...second.settled.values()]).toEqual(['ok', 'ok', 'ok']);
  await step(async () => wait(queue, second.claimed));
  await step(async () => broker.release(second.claimed));
  await step(async () => queue.loseLeases());
  const dead = { status: 'dead', error: failure } as const;
  const { claimed: third } = await step(async () => broker.claim({ slots: 2 }));
  await step(async () => broker.settle(third.map((each) => settlementFor(each, dead))));
  expect(await step(async () => queue.queues.workers('embedding'))).toHaveLength(1);
  await step(async () => broker.close());
}

/** Uses the journal of the first of two claimed actions, and answers it. */
async function wait({ journals, queues }: Queue, [claimed]: readonly ClaimedAction[]) {
  if (!claimed) throw new Error('Nothing was claimed');
  const { lease } = claimed;
  expect([...(await journals.recall(lease))]).toEqual([]);
  expect(await journals.record(lease, { 'a-step': 'step', '=a-step': '1' }, [])).toBe('written');
  expect(await journals.record(lease, { approval: 'wait 0' }, ['approval'])).toBe('waiting');
  const ref = { domain: 'embedding', actionId: lease.actionId };
  expect(await queues.signal(ref, 'approval', true)).toBe('accepted');
  const resumed = await journals.resume(lease, ['approval']);
  expect(resumed.answers.get('approval')).toBe('{"status":"signal","value":true}');
}

async function lookAfter({ queues, enqueue }: Queue, step: Step): Promise<void> {
  const receipt = await step(async () => enqueue());
  expect(await step(async () => queues.get(receipt))).toMatchObject({ state: 'waiting' });
  expect(await step(async () => queues.explain(receipt))).toMatchObject({ state: 'waiting' });
  const ofAcme = { domain: 'embedding', tenantId: 'acme' } as const;
  const list = async () => queues.list({ ...ofAcme, state: 'waiting' });
  expect((await step(list)).actions.at(-1)).toMatchObject({ actionId: receipt.actionId });
  const stats = await step(async () => queues.tenantStats('embedding', 'acme'));
  expect(stats.waiting).toBeGreaterThan(0);
  expect(await step(async () => queues.cancel(receipt))).toBe('cancelled');
  for (const target of ['embedding', { domain: 'embedding', tenantId: 'acme' }]) {
    await step(async () => queues.pause(target, { admission: true }));
    await expect(step(async () => enqueue())).rejects.toMatchObject({ code: 'QUEUE_PAUSED' });
    await step(async () => queues.resume(target));
  }
  const letters = queues.deadLetters('embedding');
  const [first, second] = await step(async () => letters.list());
  expect(second).toBeDefined();
  const actionIds = [first?.actionId ?? ''];
  expect(await step(async () => letters.redrive({ actionIds }))).toBe(1);
  expect(await step(async () => letters.discard({ all: true }))).toBe(1);
  expect(await step(async () => queues.stats('embedding'))).toMatchObject({ paused: false });
  const reporter = { process: 'tour', forMs: 1_000 };
  expect(await step(async () => queues.report('embedding', reporter))).toBeDefined();
}

/** Cancels running actions with children. One is settled, one released, one reclaimed. */
async function cancelRunning(queue: Queue, step: Step): Promise<void> {
  const { queues } = queue;
  const broker = queue.brokerOf();
  for (const end of ['settle', 'release', 'reclaim']) {
    const action = actionOf({ callbackQueue: 'query:acme:free', tenantTier: 'enterprise' });
    const receipt = await step(async () => queues.enqueue(action, { retainMs: 60_000 }));
    const claimed = await step(async () => claimOf(broker, receipt.actionId));
    const { token } = claimed.lease;
    const facts = { expiresMs: undefined, leftMs: () => 1, isCancelled: () => false };
    const nothing = { assertRuns: () => undefined, onChild: () => undefined };
    const parent = queues.within(action, { ...facts, ...nothing, token });
    await step(async () => parent.enqueue(actionOf({ tenantTier: 'enterprise' })));
    for (let n = 0; n < 2; n += 1) {
      expect(await step(async () => queues.cancel(receipt))).toBe('cancelling');
    }
    const late = step(async () => parent.enqueue(actionOf({ tenantTier: 'enterprise' })));
    await expect(late).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
    await step(async () => broker.renew([claimed.lease]));
    const refused = settlementFor(claimed, done);
    const answers = await step(async () => broker.settle([refused]));
    expect(answers.get(refused)).toBe('cancelled');
    if (end === 'settle') {
      await step(async () => broker.settle([settlementFor(claimed, { status: 'cancelled' })]));
    }
    if (end === 'release') await step(async () => broker.release([claimed]));
    if (end === 'reclaim') await step(async () => queue.loseLeases());
    expect(await step(async () => queues.get(receipt))).toMatchObject({ state: 'cancelled' });
  }
}

/** Claims until it gets this action; settles the others. */
async function claimOf(broker: QueueBroker, actionId: string): Promise<ClaimedAction> {
  for (;;) {
    const { claimed } = await broker.claim({ slots: 1 });
    const [first] = claimed;
    if (first?.lease.actionId === actionId) return first;
    await broker.settle(claimed.map((each) => settlementFor(each, done)));
  }
}

/** A leader that is retried, one that is dead and redriven, and blocked actions that expire or are cancelled. */
async function runSequence(queue: Queue, step: Step): Promise<void> {
  const chat = { tenantId: 'chat', sequence: 'chat', callbackQueue: 'query:chat:free' };
  const names = ['first', 'late', 'second', 'third'];
  for (const actionId of names) {
    const late = actionId === 'late' && { expiresAt: PAST };
    await step(async () => queue.enqueue({ ...chat, actionId, ...late }, { retainMs: 60_000 }));
  }
  await step(async () => queue.enqueue({ ...chat, actionId: 'fourth' }, { delayMs: 1_000 }));
  await step(async () => queue.queues.cancel({ domain: 'embedding', actionId: 'third' }));
  const end = async (actionId: string, outcome: Outcome): Promise<void> => {
    const claimed = await step(async () => queue.claim(50));
    const own = claimed.find(({ lease }) => lease.tenantId === 'chat');
    expect(own?.lease.actionId).toBe(actionId);
    await step(async () =>
      queue
        .brokerOf()
        .settle(claimed.map((each) => settlementFor(each, each === own ? outcome : done))),
    );
  };
  await end('first', { status: 'retry', delayMs: 0, error: failure });
  await step(async () => queue.stored.hasten('delayed', 86_400_000));
  await end('first', { status: 'dead', error: failure });
  await step(async () => queue.claim(0));
  const letters = queue.queues.deadLetters('embedding');
  await step(async () => letters.redrive({ actionIds: ['first'] }));
  await step(async () => queue.claim(1));
  await end('second', done);
}

/** Uses every script of schedules. */
async function takeSlots({ queues, stored }: Queue, step: Step): Promise<void> {
  const options = { tenantId: 'acme', tenantTier: 'free', input: null, everyMs: 60_000 } as const;
  const stores = async () => queues.schedule('often', { ...options, definition: scheduled });
  const schedule = await step(stores);
  expect(await step(stores)).toEqual(schedule);
  await stored.hasten('slots', 3_600_000);
  const listener = { onRefused: () => undefined, onMissed: () => undefined };
  const next = await step(async () => queues.sendDueSlots('embedding', listener));
  expect(next?.inMs).toBeGreaterThan(0);
  expect(await step(async () => queues.schedules('embedding'))).toHaveLength(1);
  expect(await step(async () => queues.unschedule(schedule))).toBe(true);
}

/** Reads the endings that are left, and the gap before them; keeps no more. */
async function readHistory({ queues }: Queue, step: Step): Promise<void> {
  const endings = queues.endings('embedding');
  const [batch] = await step(async () => endings.read());
  expect(batch?.entries.map(({ kind }) => kind)).toEqual([...Array(5).fill('ending'), 'gap']);
  await step(async () => batch?.done());
  expect(await step(async () => endings.read())).toEqual([]);
  await step(async () => queues.setHistory('embedding', false));
}

/** Ends every action of both domains, whatever its state. */
export async function drain({ queues, stored, brokerOf }: Queue): Promise<void> {
  await stored.hasten('delayed', 86_400_000);
  await stored.hasten('outbox', 60_000);
  for (const broker of [brokerOf(), brokerOf({ domain: 'query' })]) {
    const end = async (): Promise<number> => {
      const { claimed } = await broker.claim({ slots: 100 });
      const ends = claimed.map((each) => settlementFor(each, done));
      await broker.settle(ends);
      const { tiers, callbacksPending } = await queues.stats(broker.domain);
      const left = Object.values(tiers).map(({ waiting, delayed }) => waiting + delayed);
      return left.reduce((sum, each) => sum + each, callbacksPending);
    };
    await expect.poll(end, PATIENT).toBe(0);
  }
}
