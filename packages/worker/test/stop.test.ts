import { describe, expect, it } from 'vitest';
import { WorkerStopping } from '../src/handlers/control.ts';
import { FakeBroker } from './fake-broker.ts';
import { aborted, deferred, generateAction, next, workerOn } from './fixture.ts';

describe('stop()', () => {
  it('waits for running handlers and settles what they return', async () => {
    const broker = new FakeBroker();
    const finish = deferred();
    const worker = workerOn(
      broker,
      async () => {
        await finish.promise;
        return { length: 1 };
      },
      { graceMs: 10_000 },
    );
    const started = next(worker, 'started');
    broker.add(generateAction());
    await worker.start();
    await started;
    const stopping = worker.stop();
    finish.resolve();
    await stopping;
    expect(broker.settled).toMatchObject([{ outcome: { status: 'done' } }]);
    expect(broker.released).toHaveLength(0);
  });

  it('claims nothing more', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, () => ({ length: 1 }));
    await worker.start();
    await worker.stop();
    const claims = broker.claims.length;
    broker.add(generateAction());
    await new Promise((resolve) => setImmediate(resolve));
    expect(broker.claims).toHaveLength(claims);
  });

  it('gives back, in the order of their claim, what did not finish within the grace', async () => {
    const broker = new FakeBroker();
    const reasons: unknown[] = [];
    const worker = workerOn(broker, async ({ data }, { signal }) => {
      if (data.text === 'deaf') return new Promise(() => {});
      return aborted(signal).catch((error: unknown) => {
        reasons.push(error);
        throw new Error('could not finish');
      });
    });
    const texts = ['first', 'second', 'third'];
    const actions = texts.map((text) => generateAction({ data: { text } }));
    for (const action of actions) broker.add(action);
    const released: string[] = [];
    worker.events.on('released', ({ claimed }) => released.push(claimed.lease.actionId));
    await worker.start();
    await worker.stop();
    const ids = actions.map(({ actionId }) => actionId);
    expect(broker.released.map(({ lease }) => lease.actionId)).toEqual(ids);
    expect(released).toEqual(ids);
    expect(reasons[0]).toBeInstanceOf(WorkerStopping);
    expect(broker.settled).toHaveLength(0);
  });

  it('gives back the action of a handler that ignores its aborted signal', async () => {
    const broker = new FakeBroker({ leaseMs: 60 });
    const worker = workerOn(broker, async () => new Promise(() => {}));
    const stopped = next(worker, 'stopped');
    broker.add(generateAction());
    await worker.start();
    await worker.stop();
    expect(broker.released).toHaveLength(1);
    expect(await stopped).toEqual({ released: 1 });
  });

  it('gives back what a claim in flight brings', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, () => ({ length: 1 }));
    await worker.start();
    const [asked, answer] = [deferred(), deferred()];
    broker.beforeClaim = async () => {
      asked.resolve();
      await answer.promise;
    };
    broker.add(generateAction());
    await asked.promise;
    const stopping = worker.stop();
    answer.resolve();
    await stopping;
    expect(broker.released).toHaveLength(1);
    expect(broker.settled).toHaveLength(0);
  });

  it('ends even if the queue cannot be reached to give actions back', async () => {
    const broker = new FakeBroker({ leaseMs: 60 });
    const worker = workerOn(broker, async (_action, { signal }) => aborted(signal));
    const attempts: string[] = [];
    worker.events.on('error', ({ attempted }) => attempts.push(attempted));
    broker.add(generateAction());
    await worker.start();
    broker.down = true;
    await worker.stop();
    expect(attempts).toContain('give 1 actions back to domain "embedding"');
  });

  it('may be called twice, and before the start', async () => {
    const worker = workerOn(new FakeBroker(), () => ({ length: 1 }));
    await Promise.all([worker.stop(), worker.stop()]);
    await expect(worker.start()).rejects.toThrow('Cannot start the worker of "embedding"');
  });

  it('leaves a broker and queues that were handed in open', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, () => ({ length: 1 }));
    await worker.start();
    await worker.stop();
    expect(broker.closed).toBe(false);
  });

  it('lets a start that waits for an unreachable queue return', async () => {
    const broker = new FakeBroker();
    broker.down = true;
    const worker = workerOn(broker, () => ({ length: 1 }));
    const failed = next(worker, 'error');
    const starting = worker.start();
    await failed;
    await worker.stop();
    await starting;
    expect(await worker.health()).toMatchObject({
      status: 'red',
      reasons: expect.arrayContaining([expect.objectContaining({ code: 'STOPPED' })]),
    });
  });
});

describe('SIGTERM', () => {
  it('stops the worker, and is left to others afterwards', async () => {
    const before = process.listeners('SIGTERM');
    const worker = workerOn(new FakeBroker(), () => ({ length: 1 }), { handleSignals: true });
    await worker.start();
    const added = process.listeners('SIGTERM').filter((listener) => !before.includes(listener));
    expect(added).toHaveLength(1);
    const stopped = next(worker, 'stopped');
    added[0]?.('SIGTERM');
    await stopped;
    expect(process.listeners('SIGTERM')).toEqual(before);
  });

  it('is left alone with handleSignals: false', async () => {
    const before = process.listenerCount('SIGTERM');
    await workerOn(new FakeBroker(), () => ({ length: 1 }), { handleSignals: false }).start();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});

describe('start()', () => {
  it('may be called twice', async () => {
    const worker = workerOn(new FakeBroker(), () => ({ length: 1 }));
    const consuming = next(worker, 'consuming');
    await Promise.all([worker.start(), worker.start()]);
    expect(await consuming).toEqual({ domain: 'embedding' });
  });
});
