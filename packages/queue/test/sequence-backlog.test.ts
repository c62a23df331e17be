import { expect, it } from 'vitest';
import { actionOf, idsOf, openQueue, settlementOf, startServer, type Queue } from './fixture.ts';

const done = { status: 'done' } as const;
const BLOCKED = 100_000;
const PER_CALL = 5_000;

/** Blocks this number of actions of a tenant behind one. */
async function block({ queues }: Queue, tenantId: string, count: number): Promise<void> {
  const one = (): ReturnType<typeof actionOf> => actionOf({ tenantId, sequence: 'chat' });
  for (let at = 0; at <= count; at += PER_CALL) {
    await queues.enqueueMany(Array.from({ length: Math.min(PER_CALL, count + 1 - at) }, one));
  }
}

/** Number of commands that a server executes meanwhile, those in scripts included. */
async function commandsOf({ redis }: Queue, act: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => {
    const calls = (await redis.command().info('commandstats')).matchAll(/:calls=(\d+)/g);
    return [...calls].reduce((sum, [, number]) => sum + Number(number), 0);
  };
  const before = await count();
  await act();
  return (await count()) - before;
}

it('claims and settles at the same cost with 100,000 actions blocked behind one, and runs the others of the tenant', async () => {
  const server = await startServer();
  const queue = openQueue({ url: server.url });
  await block(queue, 'short', 2);
  await block(queue, 'long', BLOCKED);
  const broker = queue.brokerOf();
  const [first, second] = (await broker.claim({ slots: 10 })).claimed;
  if (!first || !second) throw new Error('Both lead');
  // Nothing else is ready, and no call is due at once to go on over blocked elements.
  expect(await broker.claim({ slots: 10 })).toMatchObject({ claimed: [] });
  expect((await queue.queues.stats('embedding')).tiers.professional).toMatchObject({
    waiting: BLOCKED + 2,
    tenantsWaiting: 0,
    tenantsReady: 0,
  });
  const plain = Array.from({ length: 20 }, () => actionOf({ tenantId: 'long' }));
  await queue.queues.enqueueMany(plain);
  const others = await broker.claim({ slots: 50 });
  expect(idsOf(others.claimed)).toEqual(plain.map(({ actionId }) => actionId));
  expect(others.dueInMs).toBeGreaterThan(0);
  const costs: number[] = [];
  for (const claimed of first.lease.tenantId === 'short' ? [first, second] : [second, first]) {
    const cost = await commandsOf(queue, async () => {
      await broker.settle([settlementOf(claimed, done)]);
      expect((await broker.claim({ slots: 10 })).claimed).toHaveLength(1);
    });
    costs.push(cost);
  }
  const [short, long] = costs;
  expect(long).toBeLessThanOrEqual(short ?? 0);
}, 120_000);
