import { RedisUnavailableError } from '@nooble/errors';
import { describe, expect, it, vi } from 'vitest';
import { FakeBroker } from './fake-broker.ts';
import { counted, deferred, generateAction, next, workerOn, type Generate } from './fixture.ts';

const length: Generate = ({ data }) => ({ length: data.text.length });

describe('the claim loop', () => {
  it('fills its slots and no more', async () => {
    const broker = new FakeBroker();
    const release = deferred();
    const { seen, handle } = counted(async () => release.promise);
    const worker = workerOn(broker, handle, { concurrency: 3 });
    for (let count = 0; count < 10; count += 1) broker.add(generateAction());
    await worker.start();
    await expect.poll(() => seen.running).toBe(3);
    release.resolve();
    await expect.poll(() => broker.settled).toHaveLength(10);
    expect(seen.most).toBe(3);
  });

  it('starts no more than it has slots for, whatever a claim brings, and gives the rest back', async () => {
    const broker = new FakeBroker();
    const claim = broker.claim.bind(broker);
    broker.claim = async (request) => claim({ ...request, slots: request.slots + 2 });
    const hold = deferred();
    const started: string[] = [];
    const worker = workerOn(
      broker,
      async ({ actionId }) => {
        started.push(actionId);
        await hold.promise;
        return { length: 0 };
      },
      { concurrency: 3 },
    );
    const ids = Array.from({ length: 5 }, (_none, count) => {
      const action = generateAction({ actionId: `a${count}` });
      broker.add(action);
      return action.actionId;
    });
    await worker.start();
    await expect.poll(() => broker.released).toHaveLength(2);
    expect(started).toEqual(ids.slice(0, 3));
    expect(broker.released.map(({ lease }) => lease.actionId)).toEqual(ids.slice(3));
    hold.resolve();
  });

  it('asks for every free slot after a lost claim, which the next one may repeat', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, length, { concurrency: 8, prefetch: 0 });
    let claims = 0;
    broker.beforeClaim = async () => {
      // The first is full, so that there seems to be more work than slots.
      if ((claims += 1) === 2) broker.down = true;
    };
    for (let count = 0; count < 16; count += 1) broker.add(generateAction());
    const failed = next(worker, 'error');
    await worker.start();
    await failed;
    broker.down = false;
    await expect.poll(() => broker.settled, { timeout: 10_000 }).toHaveLength(16);
    expect(broker.claims.map(({ slots }) => slots).slice(0, 4)).toEqual([8, 4, 4, 8]);
  });

  it('never has more than two calls in flight', async () => {
    const broker = new FakeBroker();
    let inFlight = 0;
    let most = 0;
    broker.beforeClaim = async () => {
      most = Math.max(most, (inFlight += 1));
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
    };
    const worker = workerOn(broker, length, { concurrency: 8 });
    for (let count = 0; count < 200; count += 1) broker.add(generateAction());
    await worker.start();
    await expect.poll(() => broker.settled).toHaveLength(200);
    expect(most).toBe(2);
  });

  it('sends what has ended along with a claim', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, length, { concurrency: 4 });
    for (let count = 0; count < 4; count += 1) broker.add(generateAction());
    await worker.start();
    await expect.poll(() => broker.settled).toHaveLength(4);
    expect(broker.claims.map(({ settlements }) => settlements?.length)).toContain(4);
  });

  it('waits for work only when a claim left slots empty, and runs what it is woken for', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, length);
    await worker.start();
    await expect.poll(() => broker.waits).toHaveLength(1);
    const done = next(worker, 'done');
    broker.add(generateAction());
    await done;
  });

  it('listens long while it is idle, and for a short time while handlers run', async () => {
    const broker = new FakeBroker();
    const hold = deferred();
    const worker = workerOn(broker, async () => {
      await hold.promise;
      return { length: 1 };
    });
    await worker.start();
    await expect.poll(() => broker.waits).toHaveLength(1);
    expect(broker.waits[0]?.timeoutMs).toBeGreaterThan(4_000);
    broker.add(generateAction());
    await expect.poll(() => broker.waits).toHaveLength(2);
    expect(broker.waits[1]).toEqual({ timeoutMs: 200, takesToken: true });
    hold.resolve();
  });

  it('ends a long wait before the time at which it will claim', async () => {
    const broker = new FakeBroker();
    broker.dueInMs = 2_000;
    const worker = workerOn(broker, length);
    await worker.start();
    await expect.poll(() => broker.waits).toHaveLength(1);
    expect(broker.waits[0]?.timeoutMs).toBeLessThanOrEqual(1_850);
  });

  it('listens again, without a claim, when no word came', async () => {
    const broker = new FakeBroker();
    const wait = broker.waitForWork.bind(broker);
    let silences = 3;
    broker.waitForWork = async (options) => ((silences -= 1) >= 0 ? false : wait(options));
    const worker = workerOn(broker, length);
    await worker.start();
    await expect.poll(() => broker.waits).toHaveLength(1);
    expect(broker.claims).toHaveLength(1);
  });

  it('claims again when the queue said something falls due', async () => {
    const broker = new FakeBroker();
    broker.dueInMs = 10;
    const worker = workerOn(broker, length);
    await worker.start();
    await expect.poll(() => broker.claims.length).toBeGreaterThan(3);
  });

  it('claims for no slot at all every 5 s while it is full', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const broker = new FakeBroker();
      const hold = deferred();
      const held = async (): Promise<{ length: number }> => {
        await hold.promise;
        return { length: 0 };
      };
      const worker = workerOn(broker, held, {
        concurrency: 1,
        tiers: { free: { timeoutMs: 60_000 } },
      });
      broker.add(generateAction());
      const claimed = next(worker, 'claimed');
      const starting = worker.start();
      await claimed;
      await starting;
      const heartbeat = next(worker, 'claimed');
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await heartbeat).toMatchObject({ slots: 0 });
      hold.resolve();
    } finally {
      vi.useRealTimers();
    }
  });

  it('asks for a suspect only while it runs none', async () => {
    const broker = new FakeBroker();
    const hold = deferred();
    const worker = workerOn(broker, async ({ data }) => {
      if (data.text === 'poison') await hold.promise;
      return { length: 0 };
    });
    broker.add(generateAction({ data: { text: 'poison' } }), { suspect: true });
    await worker.start();
    broker.add(generateAction());
    await expect.poll(() => broker.settled).toHaveLength(1);
    expect(broker.claims[0]).toMatchObject({ acceptSuspect: true });
    expect(broker.claims.at(-1)).toMatchObject({ acceptSuspect: false });
    hold.resolve();
    await expect.poll(() => broker.settled).toHaveLength(2);
    broker.add(generateAction());
    await expect.poll(() => broker.claims.at(-1)?.acceptSuspect).toBe(true);
  });
});

describe('an outage', () => {
  it('keeps every result until the queue has heard of it', async () => {
    const broker = new FakeBroker();
    const finish = deferred();
    const worker = workerOn(broker, async () => {
      await finish.promise;
      return { length: 0 };
    });
    for (let count = 0; count < 3; count += 1) broker.add(generateAction());
    await worker.start();
    await expect.poll(async () => (await worker.health()).running).toBe(3);
    broker.down = true;
    const failed = next(worker, 'error');
    finish.resolve();
    expect(await failed).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
    expect(broker.settled).toHaveLength(0);
    broker.down = false;
    await expect.poll(() => broker.settled, { timeout: 10_000 }).toHaveLength(3);
  });

  it('ends by itself, also when it began before the start', async () => {
    const broker = new FakeBroker();
    broker.down = true;
    const worker = workerOn(broker, length);
    const failed = next(worker, 'error');
    const starting = worker.start();
    await failed;
    expect(await worker.health()).toMatchObject({ status: 'red', consuming: false });
    broker.down = false;
    await starting;
    expect(await worker.health()).toMatchObject({ status: 'ok', consuming: true });
  });

  it('of the waiting connection alone is reported and survived', async () => {
    const broker = new FakeBroker();
    const wait = broker.waitForWork.bind(broker);
    let failures = 1;
    broker.waitForWork = async (options) => {
      if ((failures -= 1) >= 0) throw new RedisUnavailableError({ attempted: 'wait' });
      return wait(options);
    };
    const worker = workerOn(broker, length);
    const failed = next(worker, 'error');
    await worker.start();
    expect(await failed).toMatchObject({ attempted: 'wait for work of domain "embedding"' });
    const done = next(worker, 'done');
    broker.add(generateAction());
    await done;
  });

  it('in the middle of a call makes the worker send the unsent again', async () => {
    const broker = new FakeBroker();
    let refusals = 2;
    broker.onSettle = () => ((refusals -= 1) >= 0 ? 'unsent' : 'ok');
    const worker = workerOn(broker, length);
    const done = next(worker, 'done');
    broker.add(generateAction());
    await worker.start();
    await done;
    expect(broker.settled).toHaveLength(1);
  });
});
