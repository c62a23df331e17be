import { expect, it } from 'vitest';
import { expectExplained, IDLE, kindsOf, openServed } from './explained.ts';
import { actionOf, failure, NO_LIMITS, openQueue } from './fixture.ts';

it('names the worker that runs it, since when and with which lease', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  const { claimed } = await queue.worker.claim({ slots: 1, load: IDLE });
  const [workers, token] = [await queue.queues.workers('embedding'), claimed[0]?.lease.token];
  const since = new Date(Math.floor(Number(token) / 1_000)).toISOString();
  const leaseUntil = (await queue.queues.get(receipt))?.at;
  const [worker] = workers;
  expect(workers).toHaveLength(1);
  const reason = { kind: 'running', since, leaseUntil, attempt: 1, workerId: worker?.id, worker };
  const text = new RegExp(`worker ${worker?.host}:${process.pid} has run attempt 1 since 20`);
  expectExplained(await queue.queues.explain(receipt), [reason], text);
});

it('says that a running action was cancelled', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  await queue.claimOne();
  await queue.queues.cancel(receipt);
  expectExplained(
    await queue.queues.explain(receipt),
    [{ kind: 'running' }, { kind: 'cancelled' }],
    /; it was cancelled, and its handler has to stop\.$/,
  );
});

it('says that the lease of an action has ended, and names a worker that is gone by its id', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  await queue.claimOne();
  await queue.stored.endLeases();
  const explanation = await queue.queues.explain(receipt);
  expect(kindsOf(explanation)).toEqual(['running', 'lease-ended']);
  expect(explanation.reasons[0]).not.toHaveProperty('worker');
  expect(explanation.reasons[0]).toMatchObject({ workerId: expect.stringMatching(/^[\w-]{10,}$/) });
  expect(explanation.text).toContain('its lease has ended');
});

it('shows the error of a dead action', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  await queue.settle(await queue.claimOne(), { status: 'dead', error: failure });
  const at = (await queue.queues.get(receipt))?.at;
  const reason = { kind: 'dead', at, error: failure };
  expectExplained(
    await queue.queues.explain(receipt),
    [reason],
    /is dead: its last error is INTERNAL "boom"\.$/,
  );
});

it.each([
  ['done', { status: 'done' } as const, 'ended'],
  ['dead', { status: 'dead', error: failure } as const, 'dead'],
])('says that an action is %s whose outcome is kept', async (state, outcome, kind) => {
  const queue = await openServed();
  const receipt = await queue.enqueue({}, { retainMs: 60_000 });
  await queue.settle(await queue.claimOne(), outcome);
  await queue.queues.deadLetters('embedding').discard({ all: true });
  const explanation = await queue.queues.explain(receipt);
  expect(explanation).toMatchObject({ state, tenantId: 'acme', reasons: [{ kind }] });
});

it('knows nothing of an action that ended, and of that of another tenant', async () => {
  const queue = await openServed();
  const kept = await queue.enqueue({ tenantId: 'victim' }, { retainMs: 60_000 });
  await queue.settle(await queue.claimOne(), { status: 'done' });
  const ended = await queue.enqueue();
  await queue.settle(await queue.claimOne(), { status: 'done' });
  const waiting = await queue.enqueue({ tenantId: 'victim' });
  const { domain, actionId } = waiting;
  const inHandler = queue.queues.within(actionOf({ tenantId: 'attacker' }));
  for (const explanation of [
    await queue.queues.explain(ended),
    await queue.queues.explain({ ...kept, tenantId: 'attacker' }),
    await queue.queues.explain({ ...waiting, tenantId: 'attacker' }),
    await inHandler.explain({ domain, actionId }),
  ]) {
    const { domain: _, actionId: id, text, ...others } = explanation;
    expect(others).toEqual({ state: 'unknown', reasons: [{ kind: 'unknown' }] });
    expect(text).toBe(
      `Action "${id}" in domain "embedding" is unknown: it ended, was never sent, or belongs to another tenant.`,
    );
  }
});

it('finds an action in any partition, with and without its tenant', async () => {
  const queue = openQueue({ tiers: NO_LIMITS });
  await queue.queues.setPartitions('embedding', 3);
  const receipts = [];
  for (const tenantId of ['a', 'b', 'c', 'd']) receipts.push(await queue.enqueue({ tenantId }));
  for (const receipt of receipts) {
    const { domain, actionId } = receipt;
    expect(await queue.queues.explain({ domain, actionId })).toMatchObject({ state: 'waiting' });
    expect(await queue.queues.explain(receipt)).toMatchObject({ state: 'waiting' });
  }
});

it('refuses names that cannot be those of an action', async () => {
  const { queues } = openQueue();
  const ref = { domain: 'embedding', actionId: 'a' };
  for (const wrong of [{ domain: 'a}b' }, { actionId: '' }, { tenantId: 'a b' }]) {
    await expect(queues.explain({ ...ref, ...wrong })).rejects.toMatchObject({
      code: 'INVALID_ACTION',
    });
  }
});

it('names what a handler waits for, in the memory of a worker and parked', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  const claimed = await queue.claimOne();
  const meanings = { split: 'step', '=split': '1', child: 'call embedding.generate a.child' };
  await queue.journals.record(claimed.lease, { ...meanings, ok: 'wait 2000000000000' }, [
    'child',
    'ok',
  ]);
  const awaited = [
    { name: 'child', of: 'call', actionType: 'embedding.generate', actionId: 'a.child' },
    { name: 'ok', of: 'signal', until: '2033-05-18T03:33:20.000Z' },
  ];
  const text = 'its handler waits for "child" (action "a.child"), "ok" (a signal)';
  expectExplained(
    await queue.queues.explain(receipt),
    [{ kind: 'running' }, { kind: 'waits', awaited, count: 2 }],
    new RegExp(`${escaped(text)} and holds no slot\\.$`),
  );
  await queue.settle(claimed, { status: 'parked', delayMs: 60_000 });
  expectExplained(
    await queue.queues.explain(receipt),
    [{ kind: 'parked', until: expect.any(String), awaited, count: 2 }],
    new RegExp(`${escaped(text)}, without a worker, at most until 20`),
  );
});

it('names up to 20 of the names that a handler waits for, and says how many there are', async () => {
  const queue = await openServed();
  const receipt = await queue.enqueue();
  const names = Array.from({ length: 25 }, (_, n) => `wait-${n}`);
  const fields = Object.fromEntries(names.map((name) => [name, 'wait 0']));
  await queue.journals.record((await queue.claimOne()).lease, fields, names);
  const { reasons, text } = await queue.queues.explain(receipt);
  expect(reasons[1]).toMatchObject({ kind: 'waits', count: 25 });
  expect(reasons[1]?.kind === 'waits' && reasons[1].awaited).toHaveLength(20);
  expect(text).toContain(' and 5 more and holds no slot');
});

function escaped(text: string): string {
  return text.replaceAll(/[.()]/g, String.raw`\$&`);
}
