import { expect, it } from 'vitest';
import { FakeBroker } from './fake-broker.ts';
import { aborted, deferred, generateAction, next, workerOn } from './fixture.ts';

const PATIENT = { timeout: 20_000 };

it('waits for words alone once its only slot has been taken for some time', async () => {
  const broker = new FakeBroker();
  const proceed = deferred();
  const worker = workerOn(broker, async () => proceed.promise.then(() => ({ length: 1 })), {
    concurrency: 1,
  });
  broker.add(generateAction());
  await worker.start();
  await expect.poll(() => broker.waits.at(-1), PATIENT).toMatchObject({ takesToken: false });
  proceed.resolve();
  await expect.poll(() => broker.waits.at(-1), PATIENT).toMatchObject({ takesToken: true });
});

it('waits for no words while its handlers are quick', async () => {
  const broker = new FakeBroker();
  const worker = workerOn(broker, () => ({ length: 1 }), { concurrency: 1 });
  for (let n = 0; n < 50; n += 1) broker.add(generateAction());
  await worker.start();
  await expect.poll(() => broker.settled.length, PATIENT).toBe(50);
  expect(broker.waits.filter(({ takesToken }) => !takesToken)).toEqual([]);
});

it('aborts the attempt that a word names, and no other', async () => {
  const broker = new FakeBroker();
  const [one, other] = [generateAction(), generateAction()];
  const reasons: string[] = [];
  const worker = workerOn(broker, async ({ actionId }, { signal }) => {
    signal.addEventListener('abort', () => reasons.push(actionId));
    return aborted(signal);
  });
  broker.add(one);
  broker.add(other);
  await worker.start();
  broker.cancel({ actionId: other.actionId, token: '1' });
  broker.cancel({ actionId: one.actionId, token: '1' });
  const { claimed } = await next(worker, 'cancelled');
  expect(claimed.lease.actionId).toBe(one.actionId);
  expect(reasons).toEqual([one.actionId]);
  expect(broker.settled).toMatchObject([{ outcome: { status: 'cancelled' } }]);
});

it('does not start an action whose word came before the reply of its claim', async () => {
  const broker = new FakeBroker();
  const action = generateAction();
  let runs = 0;
  const worker = workerOn(broker, () => ({ length: (runs += 1) }));
  broker.add(action);
  broker.beforeClaim = async () => broker.cancel({ actionId: action.actionId, token: '1' });
  const cancelled = next(worker, 'cancelled');
  await worker.start();
  await cancelled;
  expect(runs).toBe(0);
  expect(broker.settled).toMatchObject([
    { action: { actionId: action.actionId }, outcome: { status: 'cancelled' } },
  ]);
});

it('settles as cancelled what the queue says was cancelled', async () => {
  const broker = new FakeBroker();
  broker.onSettle = ({ outcome }) => (outcome.status === 'cancelled' ? 'ok' : 'cancelled');
  const worker = workerOn(broker, () => ({ length: 1 }));
  broker.add(generateAction());
  const cancelled = next(worker, 'cancelled');
  await worker.start();
  await cancelled;
  expect(broker.settled.map(({ outcome }) => outcome.status)).toEqual(['done', 'cancelled']);
});
