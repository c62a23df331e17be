import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { BaseWorker } from '../src/base-worker.ts';
import type { WorkerOptions } from '../src/options.ts';
import { FakeBroker } from './fake-broker.ts';
import { counted, deferred, generateAction, next, workerOn, type Generate } from './fixture.ts';

/** Replaces the monotonic clock of the process. It moves only when a test moves it, so handlers take no time. */
let nowMs: number;

beforeEach(() => {
  nowMs = 1_000;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  return () => clock.mockRestore();
});

const empty: Generate = () => ({ length: 0 });

const slow: Generate = () => {
  nowMs += 200;
  return { length: 0 };
};

/** Adds actions with these names as ids. */
function add(broker: FakeBroker, ...names: string[]): void {
  for (const actionId of names) broker.add(generateAction({ actionId }));
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_none, at) => `a${at}`);
}

function idsOf(some: FakeBroker['released']): string[] {
  return some.map(({ lease }) => lease.actionId);
}

/** Names of the actions in the order in which a worker starts them. */
function startsOf(worker: BaseWorker): string[] {
  const started: string[] = [];
  worker.events.on('started', ({ claimed }) => started.push(claimed.lease.actionId));
  return started;
}

/** Starts a worker with one slot that runs these actions. Those named `slow…` hold it until they are resolved. */
async function workerWith(broker: FakeBroker, names: string[], options?: Partial<WorkerOptions>) {
  const hold = deferred();
  const handler: Generate = async ({ actionId }) => {
    if (actionId.startsWith('slow')) await hold.promise;
    return { length: 0 };
  };
  const worker = workerOn(broker, handler, { concurrency: 1, graceMs: 10_000, ...options });
  const started = startsOf(worker);
  add(broker, ...names);
  await worker.start();
  return { worker, started, hold };
}

/** Starts a worker that was quick so far. Its only slot is held by `slow`, and other actions wait behind it. */
async function withWaiting(broker: FakeBroker, ...names: string[]) {
  const parts = await workerWith(broker, ['quick', 'slow', ...names]);
  const facts = { running: 1, ahead: names.length };
  await expect.poll(async () => parts.worker.health()).toMatchObject(facts);
  return parts;
}

/** Starts a worker whose only slot is held while others wait, and whose last claim, for `newer`, has not returned. */
async function withClaimInFlight(broker: FakeBroker) {
  const answer = deferred();
  broker.beforeClaim = async () => {
    if (broker.claims.length === 3) await answer.promise;
  };
  const older = numbered(8);
  const parts = await workerWith(broker, ['quick', 'slow', ...older, 'newer']);
  await expect.poll(async () => parts.worker.health()).toMatchObject({ running: 1, ahead: 8 });
  return { ...parts, answer, older };
}

/** Returns the slots of every claim that a worker needs for this number of actions. */
async function claimsFor(
  count: number,
  handler: Generate,
  options: Partial<WorkerOptions>,
): Promise<number[]> {
  const broker = new FakeBroker({ servesReleased: false });
  add(broker, ...numbered(count));
  const worker = workerOn(broker, handler, { concurrency: 1, ...options });
  await worker.start();
  await expect.poll(() => broker.settled).toHaveLength(count);
  await worker.stop();
  return broker.claims.map(({ slots }) => slots);
}

describe('quick handlers', () => {
  it('need far fewer claims than there are actions', async () => {
    const claims = await claimsFor(200, empty, { prefetch: 16 });
    expect(claims.length).toBeLessThanOrEqual(30);
    expect((await claimsFor(200, empty, { prefetch: 0 })).length).toBeGreaterThanOrEqual(200);
  });

  it('never have more actions waiting than `prefetch`', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const names = ['quick', 'slow', ...numbered(20)];
    const { worker, hold } = await workerWith(broker, names, { prefetch: 5 });
    await expect.poll(async () => worker.health()).toMatchObject({ running: 1, ahead: 5 });
    expect(broker.claims.reduce((sum, { slots }) => sum + slots, 0)).toBe(7);
    hold.resolve();
    await expect.poll(() => broker.settled).toHaveLength(22);
  });

  it('run one at a time with one slot, in the order of their claim', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const { seen, handle } = counted(
      async () => new Promise((resolve) => void setImmediate(resolve)),
    );
    const worker = workerOn(broker, handle, { concurrency: 1 });
    const started = startsOf(worker);
    add(broker, ...numbered(100));
    await worker.start();
    await expect.poll(() => broker.settled).toHaveLength(100);
    expect(seen.most).toBe(1);
    expect(started).toEqual(numbered(100));
    expect(broker.claims.some(({ slots }) => slots > 1)).toBe(true);
  });

  it('have as many actions requested after a lost claim, which the next one may repeat', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const worker = workerOn(broker, empty, { concurrency: 1 });
    let claims = 0;
    broker.beforeClaim = async () => {
      if ((claims += 1) === 2) broker.down = true;
    };
    add(broker, ...numbered(40));
    const failed = next(worker, 'error');
    await worker.start();
    await failed;
    broker.down = false;
    await expect.poll(() => broker.settled, { timeout: 10_000 }).toHaveLength(40);
    expect(broker.claims.map(({ slots }) => slots).slice(0, 4)).toEqual([1, 9, 8, 17]);
  });
});

describe('slow handlers', () => {
  it('have nothing claimed ahead, and cause the same calls as without a prefetch', async () => {
    const slots = await claimsFor(20, slow, { concurrency: 2, prefetch: 16 });
    expect(Math.max(...slots)).toBe(2);
    expect(slots).toEqual(await claimsFor(20, slow, { concurrency: 2, prefetch: 0 }));
  });
});

describe('an action claimed ahead', () => {
  it('starts when a slot is free, with its whole timeout ahead of it', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const { worker, started, hold } = await withWaiting(broker, 'a', 'b');
    nowMs += 19;
    const done = new Promise((resolve) => {
      worker.events.on('done', (event) => event.claimed.lease.actionId === 'a' && resolve(event));
    });
    hold.resolve();
    expect(await done).toMatchObject({ runningMs: 0 });
    await expect.poll(() => started).toEqual(['quick', 'slow', 'a', 'b']);
    expect(broker.released).toEqual([]);
  });

  it('goes back to its queue, with all behind it, once a handler has turned slow', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const { worker, started, hold } = await withWaiting(broker, 'a', 'b', 'c');
    nowMs += 20;
    await expect.poll(() => idsOf(broker.released)).toEqual(['a', 'b', 'c']);
    expect(await worker.health()).toMatchObject({ running: 1, ahead: 0 });
    hold.resolve();
    add(broker, 'd');
    await expect.poll(() => started).toEqual(['quick', 'slow', 'd']);
    expect(broker.claims.at(-1)?.slots).toBe(1);
  });

  it('goes back when it expires, instead of starting', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const [asked, answer] = [deferred(), deferred()];
    broker.beforeClaim = async () => {
      if (broker.claims.length === 1) return;
      asked.resolve();
      await answer.promise;
    };
    const { worker, started, hold } = await workerWith(broker, ['quick', 'slow']);
    await asked.promise;
    broker.add(generateAction({ actionId: 'expiring' }), { expiresInMs: 5 });
    answer.resolve();
    await expect.poll(async () => worker.health()).toMatchObject({ ahead: 1 });
    nowMs += 5;
    hold.resolve();
    await expect.poll(() => idsOf(broker.released)).toEqual(['expiring']);
    expect(started).toEqual(['quick', 'slow']);
  });

  it('goes back on stop before the handlers have returned, and is counted', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const { worker, started, hold } = await withWaiting(broker, 'a', 'b', 'c');
    const stopped = next(worker, 'stopped');
    const stopping = worker.stop();
    await expect.poll(() => idsOf(broker.released)).toEqual(['a', 'b', 'c']);
    hold.resolve();
    await stopping;
    expect(started).toEqual(['quick', 'slow']);
    expect(await stopped).toEqual({ released: 3 });
    expect(broker.settled.map(({ outcome }) => outcome.status)).toEqual(['done', 'done']);
  });

  it('goes back with what a claim in flight brings, also if a slot is free by then', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const { started, hold, answer, older } = await withClaimInFlight(broker);
    nowMs += 20;
    hold.resolve();
    await expect.poll(() => broker.settled).toHaveLength(2);
    answer.resolve();
    await expect.poll(() => idsOf(broker.released)).toEqual([...older, 'newer']);
    expect(started).toEqual(['quick', 'slow']);
  });

  it('goes back before the stop ends, however long the release takes', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const { worker, hold } = await withWaiting(broker, 'a');
    const release = broker.release.bind(broker);
    const [asked, answer] = [deferred(), deferred()];
    broker.release = async (claimed) => {
      asked.resolve();
      await answer.promise;
      await release(claimed);
    };
    hold.resolve();
    const stopping = worker.stop();
    await asked.promise;
    await expect.poll(() => broker.settled).toHaveLength(2);
    setImmediate(() => answer.resolve());
    await stopping;
    expect(idsOf(broker.released)).toEqual(['a']);
  });

  it('is not lost if it was given back while its lease was being renewed', async () => {
    const broker = new FakeBroker({ servesReleased: false, leaseMs: 30 });
    const { worker, hold } = await withWaiting(broker, 'a');
    const lost: string[] = [];
    worker.events.on('lost', ({ claimed }) => lost.push(claimed.lease.actionId));
    const released = next(worker, 'released');
    const renew = broker.renew.bind(broker);
    let renewals = 0;
    broker.renew = async (leases) => {
      renewals += 1;
      if (!leases.some(({ actionId }) => actionId === 'a')) return renew(leases);
      nowMs += 20;
      await released;
      broker.lose('a');
      return renew(leases);
    };
    await expect.poll(() => renewals).toBeGreaterThan(1);
    expect(idsOf(broker.released)).toEqual(['a']);
    expect(lost).toEqual([]);
    hold.resolve();
  });

  it('goes back after what a claim in flight at the stop brings, which is newer', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const { worker, hold, answer, older } = await withClaimInFlight(broker);
    const stopping = worker.stop();
    answer.resolve();
    await expect.poll(() => idsOf(broker.released)).toEqual(['newer', ...older]);
    hold.resolve();
    await stopping;
  });

  it('waits behind those of an earlier claim whose reply came later', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const claim = broker.claim.bind(broker);
    const answer = deferred();
    broker.claim = async (request) => {
      const result = await claim(request);
      if (result.claimed[0]?.lease.actionId === 'a0') await answer.promise;
      return result;
    };
    const [earlier, later] = [numbered(9), ['b0', 'b1']];
    const { worker, hold } = await workerWith(broker, ['quick', ...earlier, 'slow', ...later]);
    await expect.poll(async () => worker.health()).toMatchObject({ running: 1, ahead: 2 });
    answer.resolve();
    await expect.poll(async () => worker.health()).toMatchObject({ running: 1, ahead: 11 });
    hold.resolve();
    await worker.stop();
    expect(idsOf(broker.released)).toEqual([...earlier, ...later]);
  });

  it('is kept during an outage, with its lease, until it can be given back', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    const returns = deferred();
    const handler: Generate = async ({ actionId }) => {
      if (actionId === 'returns') await returns.promise;
      return actionId.startsWith('slow') ? new Promise(() => {}) : { length: 0 };
    };
    const worker = workerOn(broker, handler, { concurrency: 2 });
    add(broker, 'quick', 'quick2', 'returns', 'slow1', 'slow2', 'waits');
    await worker.start();
    await expect.poll(async () => worker.health()).toMatchObject({ running: 2, ahead: 2 });
    broker.down = true;
    const failed = next(worker, 'error');
    returns.resolve();
    await failed;
    nowMs += 20;
    await next(worker, 'error');
    expect(await worker.health()).toMatchObject({ running: 2, ahead: 1 });
    expect(broker.released).toEqual([]);
    broker.down = false;
    await expect.poll(() => idsOf(broker.released), { timeout: 10_000 }).toEqual(['waits']);
  });

  it('is dropped when its lease is lost, and the others keep theirs', async () => {
    const broker = new FakeBroker({ servesReleased: false, leaseMs: 30 });
    const { worker, started, hold } = await withWaiting(broker, 'a', 'b', 'c');
    const lost = next(worker, 'lost');
    broker.lose('b');
    expect(await lost).toMatchObject({ claimed: { lease: { actionId: 'b' } } });
    expect(broker.renewals.at(-1)?.map(({ actionId }) => actionId)).toEqual(
      expect.arrayContaining(['slow', 'a', 'c']),
    );
    expect(await worker.health()).toMatchObject({ running: 1, ahead: 2 });
    hold.resolve();
    await expect.poll(() => started).toEqual(['quick', 'slow', 'a', 'c']);
    expect(broker.released).toEqual([]);
  });
});

describe('a suspect', () => {
  it('has nothing waiting behind it while it runs', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    add(broker, 'quick');
    broker.add(generateAction({ actionId: 'slow-suspect' }), { suspect: true });
    const { worker, started, hold } = await workerWith(broker, ['a', 'b']);
    await expect.poll(() => idsOf(broker.released)).toEqual(['a', 'b']);
    expect(await worker.health()).toMatchObject({ running: 1, ahead: 0 });
    expect(started).toEqual(['quick', 'slow-suspect']);
    hold.resolve();
    add(broker, 'c');
    await expect.poll(() => started).toEqual(['quick', 'slow-suspect', 'c']);
  });

  it('does not wait behind others: it goes back, and the next claim has a free slot for it', async () => {
    const broker = new FakeBroker({ servesReleased: false });
    add(broker, 'quick', 'slow');
    broker.add(generateAction({ actionId: 'suspect' }), { suspect: true });
    const { started, hold } = await workerWith(broker, []);
    await expect.poll(() => idsOf(broker.released)).toEqual(['suspect']);
    const before = broker.claims.length;
    hold.resolve();
    await expect.poll(() => broker.claims.length).toBeGreaterThan(before);
    expect(broker.claims[before]).toMatchObject({ slots: 1, acceptSuspect: true });
    expect(started).toEqual(['quick', 'slow']);
  });
});
