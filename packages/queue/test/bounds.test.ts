import { expect, it } from 'vitest';
import type { BrokerOptions } from '../src/claiming/broker-options.ts';
import type { QueueBroker } from '../src/broker.ts';
import { audit } from './audit.ts';
import { actionOf, failure, openQueue, type Queue } from './fixture.ts';

const dead = { status: 'dead', error: failure } as const;

const many = (count: number) => Array.from({ length: count }, () => actionOf());

/** Claims this number of actions and settles them as dead in one call. */
async function bury(queue: Queue, count: number, own: Partial<BrokerOptions> = {}): Promise<void> {
  await queue.queues.enqueueMany(many(count));
  const broker = queue.brokerOf(own);
  const { claimed } = await broker.claim({ slots: count });
  await broker.settle(claimed.map((each) => ({ claimed: each, outcome: dead })));
}

async function lettersOf({ stored, queues }: Queue): Promise<{ kept: number; dropped: number }> {
  const kept = await stored.client.zcard(stored.key('dead'));
  const { deadDropped } = await queues.stats('embedding');
  return { kept, dropped: deadDropped };
}

/** Ticks until the queue no longer reports that another tick is due immediately; returns the number of ticks. */
async function lookWhileDue(broker: QueueBroker): Promise<number> {
  for (let looks = 1; ; looks += 1) {
    if ((await broker.claim({ slots: 0 })).dueInMs !== 0) return looks;
  }
}

it('never keeps a dead letter over the most there may be, however many die at once', async () => {
  const queue = openQueue({ worker: { maxDead: 30 } });
  for (const [count, letters] of [
    [20, { kept: 20, dropped: 0 }],
    [20, { kept: 30, dropped: 10 }],
    [300, { kept: 30, dropped: 310 }],
  ] as const) {
    await bury(queue, count);
    expect(await lettersOf(queue)).toEqual(letters);
  }
  expect(await audit(queue.stored)).toEqual([]);
});

it('never keeps a dead letter over the most there may be where workers die with their actions', async () => {
  const queue = openQueue({ worker: { maxDead: 30, maxStalls: 0 } });
  await queue.queues.enqueueMany(many(90));
  await queue.claim(90);
  await queue.loseLeases();
  expect(await lettersOf(queue)).toEqual({ kept: 30, dropped: 60 });
  expect(await audit(queue.stored)).toEqual([]);
});

it('keeps the newest letters when the most there may be is lowered, in looks that follow at once', async () => {
  const queue = openQueue();
  await bury(queue, 250);
  expect(await lookWhileDue(queue.brokerOf({ maxDead: 20 }))).toBe(3);
  expect(await lettersOf(queue)).toEqual({ kept: 20, dropped: 230 });
  expect(await audit(queue.stored)).toEqual([]);
});

it('drops letters that are too old in looks that follow at once', async () => {
  const queue = openQueue();
  await bury(queue, 250);
  await queue.stored.hasten('dead', 14 * 86_400_000 + 1);
  expect(await lookWhileDue(queue.brokerOf())).toBe(3);
  expect(await lettersOf(queue)).toEqual({ kept: 0, dropped: 250 });
});

it('promotes any number of actions that fall due together in looks that follow at once', async () => {
  const queue = openQueue();
  await queue.queues.enqueueMany(many(250), { delayMs: 60_000 });
  await queue.stored.hasten('delayed', 60_000);
  expect(await lookWhileDue(queue.brokerOf())).toBe(3);
  const { waiting, delayed } = (await queue.queues.stats('embedding')).tiers.professional;
  expect({ waiting, delayed }).toEqual({ waiting: 250, delayed: 0 });
});

it('takes back any number of leases of dead workers in looks that follow at once', async () => {
  const queue = openQueue();
  await queue.queues.enqueueMany(many(250));
  await queue.claim(250);
  await queue.stored.endLeases();
  expect(await lookWhileDue(queue.brokerOf())).toBe(3);
  const { waiting, active } = (await queue.queues.stats('embedding')).tiers.professional;
  expect({ waiting, active }).toEqual({ waiting: 250, active: 0 });
});

it('promotes large actions a few at a time, and never none', async () => {
  const queue = openQueue();
  const large = Array.from({ length: 6 }, () => actionOf({ data: 'x'.repeat(1_000_000) }));
  await queue.queues.enqueueMany(large, { delayMs: 60_000 });
  await queue.stored.hasten('delayed', 60_000);
  expect(await lookWhileDue(queue.brokerOf())).toBe(2);
  expect(await audit(queue.stored)).toEqual([]);
});
