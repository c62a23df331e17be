import { LeaseLostError } from '@nooble/errors';
import { describe, expect, it } from 'vitest';
import { FakeBroker } from './fake-broker.ts';
import { aborted, deferred, generateAction, next, workerOn } from './fixture.ts';

describe('a lease', () => {
  it('is renewed while its handler runs, together with all others', async () => {
    const broker = new FakeBroker({ leaseMs: 30 });
    const finish = deferred();
    const worker = workerOn(broker, async () => {
      await finish.promise;
      return { length: 0 };
    });
    const started = next(worker, 'started');
    broker.add(generateAction());
    broker.add(generateAction());
    await worker.start();
    const { deadline } = (await started).claimed.lease;
    await expect.poll(() => broker.renewals.length).toBeGreaterThan(2);
    expect(broker.renewals.at(-1)).toHaveLength(2);
    const done = next(worker, 'done');
    finish.resolve();
    expect((await done).claimed.lease.deadline).toBeGreaterThan(deadline);
  });

  it('that is over before its handler could start is given back: the process stood still', async () => {
    const broker = new FakeBroker();
    const ran: string[] = [];
    const worker = workerOn(broker, ({ actionId }) => {
      ran.push(actionId);
      return { length: 0 };
    });
    const [late, inTime] = [generateAction(), generateAction()];
    const over = { token: 'late', deadline: performance.now() - 1 };
    broker.add(late, { lease: over });
    broker.add(inTime);
    await worker.start();
    await expect.poll(() => ran).toEqual([inTime.actionId]);
    expect(broker.released.map(({ lease }) => lease.actionId)).toEqual([late.actionId]);
  });

  it('that is lost aborts the handler with LeaseLostError and drops its result', async () => {
    const broker = new FakeBroker({ leaseMs: 30 });
    const reason = deferred<unknown>();
    const worker = workerOn(broker, async (_action, { signal }) => {
      await aborted(signal).catch((error: unknown) => reason.resolve(error));
      return { length: 1 };
    });
    const lost = next(worker, 'lost');
    const action = generateAction();
    broker.add(action);
    await worker.start();
    broker.lose(action.actionId);
    expect(await lost).toMatchObject({ action: { actionId: action.actionId } });
    expect(await reason.promise).toBeInstanceOf(LeaseLostError);
    await expect.poll(async () => (await worker.health()).running).toBe(0);
    expect(broker.settled).toHaveLength(0);
  });

  it('that was lost while the handler blocked the event loop is found lost on settling, and nothing else happens', async () => {
    const broker = new FakeBroker();
    const worker = workerOn(broker, ({ actionId }) => {
      broker.lose(actionId);
      return { length: 1 };
    });
    const seen: string[] = [];
    for (const name of ['done', 'retry', 'dead'] as const)
      worker.events.on(name, () => seen.push(name));
    const lost = next(worker, 'lost');
    broker.add(generateAction());
    await worker.start();
    await lost;
    expect(seen).toEqual([]);
    expect(broker.settled).toHaveLength(0);
  });

  it('of a result the queue has not heard of yet is renewed too', async () => {
    const broker = new FakeBroker({ leaseMs: 30 });
    broker.onSettle = () => 'unsent';
    const worker = workerOn(broker, () => ({ length: 1 }));
    broker.add(generateAction());
    await worker.start();
    await expect.poll(() => broker.renewals.length).toBeGreaterThan(1);
    const done = next(worker, 'done');
    broker.onSettle = () => 'ok';
    await done;
  });

  it('outlives a renewal that fails', async () => {
    const broker = new FakeBroker({ leaseMs: 30 });
    const finish = deferred();
    const worker = workerOn(broker, async () => {
      await finish.promise;
      return { length: 1 };
    });
    broker.add(generateAction());
    await worker.start();
    const attempts: string[] = [];
    worker.events.on('error', ({ attempted }) => attempts.push(attempted));
    broker.down = true;
    await expect.poll(() => attempts).toContain('renew the leases of domain "embedding"');
    broker.down = false;
    await expect.poll(() => broker.renewals.length).toBeGreaterThan(1);
    const done = next(worker, 'done');
    finish.resolve();
    await done;
  });
});
