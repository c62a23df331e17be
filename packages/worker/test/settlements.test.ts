import { PayloadTooLargeError } from '@nooble/errors';
import type { Settlement } from '@nooble/queue';
import { describe, expect, it } from 'vitest';
import { FakeBroker } from './fake-broker.ts';
import { deferred, generateAction, next, workerOn, type Generate } from './fixture.ts';

const length: Generate = ({ data }) => ({ length: data.text.length });

const tooLarge = () => new PayloadTooLargeError({ what: 'a result', bytes: 2, limitBytes: 1 });

function isOf(actionId: string): (settlement: Settlement) => boolean {
  return ({ claimed }) => claimed.lease.actionId === actionId;
}

const killed = () => new Error('ERR Error running script: Script killed by user with SCRIPT KILL');

describe('a result no message can carry', () => {
  it('ends as dead and holds nobody back', async () => {
    const broker = new FakeBroker();
    broker.onSettle = ({ claimed, outcome }) => {
      if (claimed.lease.actionId === large.actionId && outcome.status === 'done') throw tooLarge();
      return 'ok';
    };
    const worker = workerOn(broker, length);
    const [dead, done] = [next(worker, 'dead'), next(worker, 'done')];
    const large = generateAction();
    broker.add(large);
    broker.add(generateAction());
    await worker.start();
    expect(await done).toMatchObject({ result: { length: 5 } });
    expect(await dead).toMatchObject({ error: { code: 'PAYLOAD_TOO_LARGE', retryable: false } });
  });

  it('is left to its lease when not even its death can be stored', async () => {
    const broker = new FakeBroker();
    broker.onSettle = () => {
      throw tooLarge();
    };
    const worker = workerOn(broker, length);
    const errors: string[] = [];
    worker.events.on('error', ({ attempted }) => errors.push(attempted));
    const action = generateAction();
    broker.add(action);
    await worker.start();
    const refusal = `settle action "${action.actionId}"`;
    await expect
      .poll(() => errors.filter((one) => one === refusal), { timeout: 5_000 })
      .toHaveLength(2);
    broker.onSettle = () => 'ok';
    const done = next(worker, 'done');
    broker.add(generateAction());
    await done;
  });
});

describe('a result that Redis answered with an error', () => {
  it('is sent again until it is stored, its lease renewed meanwhile, and never becomes a dead letter', async () => {
    const broker = new FakeBroker({ leaseMs: 30 });
    let refusals = 3;
    broker.onSettle = () => {
      if ((refusals -= 1) >= 0) throw killed();
      return 'ok';
    };
    const worker = workerOn(broker, length);
    const done = next(worker, 'done');
    const action = generateAction();
    broker.add(action);
    await worker.start();
    expect(await done).toMatchObject({ result: { length: 5 } });
    expect(broker.settled).toMatchObject([{ outcome: { status: 'done' } }]);
    expect(broker.renewals.flat()).toContainEqual(
      expect.objectContaining({ actionId: action.actionId }),
    );
  });

  it('holds no other action back', async () => {
    const broker = new FakeBroker();
    const refused = generateAction();
    const settled = deferred();
    broker.onSettle = (settlement) => {
      if (isOf(refused.actionId)(settlement)) throw killed();
      settled.resolve();
      return 'ok';
    };
    const worker = workerOn(broker, length);
    const told = next(worker, 'error');
    broker.add(refused);
    await worker.start();
    await told;
    broker.add(generateAction());
    await settled.promise;
    expect(broker.settled.some(isOf(refused.actionId))).toBe(false);
    broker.onSettle = () => 'ok';
  });

  it('does not keep a stop waiting once it is stored', async () => {
    const broker = new FakeBroker();
    broker.onSettle = () => {
      throw killed();
    };
    const worker = workerOn(broker, length);
    const told = next(worker, 'error');
    broker.add(generateAction());
    await worker.start();
    await told;
    broker.onSettle = () => 'ok';
    await worker.stop();
    expect(broker.settled).toMatchObject([{ outcome: { status: 'done' } }]);
  });
});
