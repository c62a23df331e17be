import { expect, it } from 'vitest';
import type { Middleware } from '../src/handlers/middleware.ts';
import { FakeBroker } from './fake-broker.ts';
import { generateAction, next, workerOn } from './fixture.ts';

const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };

it('middleware of a worker runs around the check of the data, and sees its error', async () => {
  const broker = new FakeBroker();
  const worker = workerOn(broker, () => ({ length: 1 }));
  const seen: unknown[] = [];
  worker.use(async (_action, _ctx, proceed) =>
    proceed().catch((error: unknown) => {
      seen.push((error as Error).name);
      throw error;
    }),
  );
  broker.add(generateAction({ data: { text: 1 } }));
  const dead = next(worker, 'dead');
  await worker.start();
  await dead;
  expect(seen).toEqual(['ValidationError']);
});

it('can be removed', async () => {
  const broker = new FakeBroker();
  const worker = workerOn(broker, () => ({ length: 1 }));
  const seen: string[] = [];
  const note: Middleware = async (action, _ctx, proceed) => {
    seen.push(action.actionId);
    return proceed();
  };
  const remove = worker.use(note);
  broker.add(generateAction({ actionId: 'first' }));
  let done = next(worker, 'done');
  await worker.start();
  await done;
  remove();
  done = next(worker, 'done');
  broker.add(generateAction({ actionId: 'second' }));
  await done;
  expect(seen).toEqual(['first']);
});

it('may continue the trace in the callback of the action', async () => {
  const broker = new FakeBroker();
  const worker = workerOn(broker, () => ({ length: 1 }));
  worker.use(async (_action, { continueTrace }, proceed) => {
    continueTrace(trace);
    return proceed();
  });
  broker.add(generateAction({ metadata: { traceparent: 'earlier', note: 1 } }));
  await worker.start();
  await expect.poll(() => broker.settled).toHaveLength(1);
  expect(broker.settled[0]?.action?.metadata).toEqual({ ...trace, note: 1 });
});

it('a worker states its slots', async () => {
  const worker = workerOn(new FakeBroker(), () => ({ length: 1 }), { concurrency: 3 });
  expect(worker.slots).toEqual({ total: 3, busy: 0 });
});
