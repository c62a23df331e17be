import { describe, expect, it } from 'vitest';
import { readHealth, type HealthParts } from '../src/claiming/health.ts';
import { FakeBroker } from './fake-broker.ts';
import { workerOn } from './fixture.ts';

/** Parts of a worker that last received an answer `silentMs` ago. */
function partsOf(silentMs: number | undefined, facts: Partial<HealthParts> = {}): HealthParts {
  const nowMs = 1_000_000;
  const parts = {
    broker: new FakeBroker(),
    consumer: {
      lastAnswerMs: silentMs === undefined ? undefined : nowMs - silentMs,
      clockLeadMs: 0,
    },
    running: { slotsHeld: 3, overdue: 0 },
    ahead: { size: 2 },
    concurrency: 16,
    clock: { monotonicMs: () => nowMs, epochMs: () => 0 },
    state: 'started',
    ...facts,
  };
  return parts as unknown as HealthParts;
}

describe('health', () => {
  it('is ok for a worker that consumes', async () => {
    const worker = workerOn(new FakeBroker(), () => ({ length: 1 }));
    await worker.start();
    const health = await worker.health();
    expect(health).toMatchObject({
      status: 'ok',
      consuming: true,
      reasons: [],
      running: 0,
      overdue: 0,
    });
    expect(health.lastClaimMs).toBeGreaterThanOrEqual(0);
  });

  it('is red before the start', async () => {
    const worker = workerOn(new FakeBroker(), () => ({ length: 1 }));
    expect(await worker.health()).toMatchObject({
      status: 'red',
      consuming: false,
      reasons: [
        { dependency: 'worker', code: 'NOT_STARTED', message: 'The worker is not started' },
        {
          dependency: 'redis',
          code: 'NO_CLAIM',
          message: 'The queue has not answered a claim yet',
        },
      ],
    });
  });

  it('is red when the queue has been silent for three heartbeats', async () => {
    expect(await readHealth(partsOf(15_001))).toMatchObject({
      status: 'red',
      reasons: [{ code: 'NO_CLAIM', message: 'The queue last answered a claim 15001 ms ago' }],
    });
    expect(await readHealth(partsOf(15_000))).toMatchObject({ status: 'ok' });
  });

  it('distinguishes actions that run from those claimed ahead', async () => {
    expect(await readHealth(partsOf(0))).toMatchObject({ running: 3, ahead: 2 });
  });

  it('is red when the consuming connection refuses a ping', async () => {
    const broker = new FakeBroker();
    broker.ping = async () => {
      throw new Error('connection is closed');
    };
    expect(await readHealth(partsOf(0, { broker }))).toMatchObject({
      status: 'red',
      consuming: false,
      reasons: [
        {
          dependency: 'redis',
          code: 'REDIS_UNAVAILABLE',
          message: 'The consuming connection does not answer: Error: connection is closed',
        },
      ],
    });
  });

  it('is red when the consuming connection is half open and never answers', async () => {
    const broker = new FakeBroker();
    broker.ping = async () => new Promise(() => {});
    expect(await readHealth(partsOf(0, { broker }))).toMatchObject({
      status: 'red',
      reasons: [
        { code: 'NO_ANSWER', message: 'The consuming connection did not answer within 1000 ms' },
      ],
    });
  });

  it('is red when half of the slots are held by overdue handlers', async () => {
    const running = { slotsHeld: 8, overdue: 8 } as HealthParts['running'];
    expect(await readHealth(partsOf(0, { running }))).toMatchObject({
      status: 'red',
      consuming: true,
      reasons: [
        {
          dependency: 'worker',
          code: 'HANDLERS_OVERDUE',
          message: '8 of 16 slots are held by handlers that do not obey their aborted signal',
        },
      ],
    });
  });
});
