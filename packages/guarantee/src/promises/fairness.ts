import { TIERS } from '@nooble/models';
import { createBroker, DomainQueueManager, type QueueBroker } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { FAIR_DOMAIN, turn } from '../actions.ts';
import type { Guarantee, Trial } from '../promise.ts';
import { tryFlood } from './flooded.ts';

const TENANTS = 12;
const BACKLOG = 8;
/** Services of another tenant that may come before a newcomer's first. */
const MOST_BEFORE = 2;
/** Within so many services every waiting tier has had its floor; a tier that came back late may take one of them. */
const FLOOR_SERVICES = 16 * TIERS.length;

export const fairness: Guarantee = {
  id: 'P4',
  text: 'A ready tenant starts after at most two services of each other tenant, and no tier starves',
  async run(trial) {
    const redis = new RedisPool({ url: trial.target.url, name: 'nooble-guarantee' });
    const unlimited = { perMinute: null, perDay: null, maxDepth: null };
    const tiers = Object.fromEntries(TIERS.map((tier) => [tier, unlimited]));
    const queues = new DomainQueueManager({ redis, prefix: trial.prefix, tiers });
    const broker = createBroker({ domain: FAIR_DOMAIN, redis, prefix: trial.prefix });
    trial.signal.addEventListener('abort', () => void redis.close(), { once: true });
    try {
      return await tryRounds(trial, queues, broker);
    } finally {
      await broker.close();
      await redis.close();
    }
  },
};

async function tryRounds(trial: Trial, queues: DomainQueueManager, broker: QueueBroker) {
  const end = performance.now() + trial.seconds * 500;
  const worst = { before: 0, starvedTiers: 0, idleSlots: 0 };
  let rounds = 0;
  while (rounds === 0 || performance.now() < end) {
    const seen = await round(trial, queues, broker);
    worst.before = Math.max(worst.before, seen.before);
    worst.starvedTiers += seen.starvedTiers;
    worst.idleSlots += seen.idleSlots;
    rounds += 1;
  }
  const { before, starvedTiers: starved, idleSlots: idle } = worst;
  const flood = await tryFlood(trial);
  return {
    held: before <= MOST_BEFORE && starved === 0 && idle === 0 && flood.starved === 0,
    tried: `${rounds} rounds of ${TENANTS} tenants with a backlog, a newcomer and one that always comes back, four tiers; ${flood.begun} actions of one that floods and two that do not`,
    worst: `${before} services of another tenant before a ready one, ${starved} tiers and ${flood.starved} actions starved, ${idle} slots idle`,
  };
}

/**
 * Tenants with a backlog are served for a while; a newcomer joins, and so does a tenant that sends its
 * next action whenever one was served. In the end everything is served.
 */
async function round({ random }: Trial, queues: DomainQueueManager, broker: QueueBroker) {
  const name = `r${random.below(2 ** 31)}`;
  const backlogged = Array.from({ length: TENANTS }, (_, at) => `${name}-${at}`);
  const returning = `${name}-returning`;
  const send = async (tenantId: string) =>
    queues.enqueue(turn.create({ tenantId, tenantTier: 'free', data: {} }));
  for (let count = 0; count < BACKLOG; count += 1) await Promise.all(backlogged.map(send));
  const early = await serve(broker, random.below(3 * TENANTS));
  await Promise.all([send(`${name}-new`), send(returning)]);
  const served: string[] = [];
  while (served.length < 3 * TENANTS) {
    const [lease] = await serve(broker, 1);
    served.push(lease?.tenantId ?? 'nobody');
    if (lease?.tenantId === returning) await send(returning);
  }
  const sent = TENANTS * BACKLOG + 2 + served.filter((tenant) => tenant === returning).length;
  const rest = sent - early.length - served.length;
  const idleSlots = rest - (await serve(broker, rest)).length;
  const before = mostBefore(served, [...backlogged, `${name}-new`]);
  return { before, idleSlots, starvedTiers: await starvedTiers(queues, broker, name) };
}

/** With work in every tier, which of them got nothing for as long as all floors together take. */
async function starvedTiers(
  queues: DomainQueueManager,
  broker: QueueBroker,
  name: string,
): Promise<number> {
  const actions = TIERS.flatMap((tenantTier) =>
    Array.from({ length: FLOOR_SERVICES }, () =>
      turn.create({ tenantId: `${name}-${tenantTier}`, tenantTier, data: {} }),
    ),
  );
  await queues.enqueueMany(actions);
  const served = await serve(broker, FLOOR_SERVICES);
  const tiers = new Set(served.map(({ tier }) => tier));
  await serve(broker, actions.length - served.length);
  return TIERS.length - tiers.size;
}

/** Claims and settles one at a time, as a worker with a single slot does. */
async function serve(broker: QueueBroker, count: number) {
  const leases = [];
  for (let served = 0; served < count; served += 1) {
    const { claimed } = await broker.claim({ slots: 1 });
    await broker.settle(claimed.map((each) => ({ claimed: each, outcome: { status: 'done' } })));
    leases.push(...claimed.map(({ lease }) => lease));
  }
  return leases;
}

/** Most services any one tenant had while another waited for its next. */
function mostBefore(served: readonly string[], waiting: readonly string[]): number {
  return Math.max(
    ...waiting.map((tenant) => {
      const next = served.indexOf(tenant);
      const others = served.slice(0, next < 0 ? served.length : next);
      const counts = others.map((other) => others.filter((each) => each === other).length);
      return Math.max(0, ...counts);
    }),
  );
}
