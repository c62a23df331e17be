import { TIERS } from '@nooble/models';
import { createBroker, DomainQueueManager, type QueueBroker } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { FAIR_DOMAIN, turn } from '../actions.ts';
import { mostBefore } from '../checks/turns.ts';
import type { Guarantee, Trial, Verdict } from '../promise.ts';
import { LONG_RUN_SECONDS } from '../faults/fault.ts';
import { CROWD, tryCrowd } from './crowd.ts';
import { tryCalm, tryFlood } from './flooded.ts';
import { serve, serveAtOnce } from './serve.ts';
import { tryShares } from './shares.ts';
import { trySlotTime } from './slot-time.ts';

const TENANTS = 12;
const BACKLOG = 8;
const SLOTS = 16;
/** Turns of another tenant that may come before a ready one's next. */
const MOST_BEFORE = 2;
/** Within so many turns every waiting tier has had its floor; a tier that came back late may take one of them. */
const FLOOR_TURNS = 16 * TIERS.length;

const NOT_WATCHED = { begun: 0, starved: 0, idled: 0, isTried: false };

export const fairness: Guarantee = {
  id: 'P4',
  text: 'A ready tenant starts after at most two turns of each other tenant, no tier starves, and no slot idles',
  async run(trial) {
    const redis = new RedisPool({ url: trial.target.url, name: 'nooble-guarantee' });
    const unlimited = { perMinute: null, perDay: null, maxDepth: null };
    const tiers = Object.fromEntries(TIERS.map((tier) => [tier, unlimited]));
    const queues = new DomainQueueManager({ redis, prefix: trial.prefix, tiers });
    const broker = createBroker({ domain: FAIR_DOMAIN, redis, prefix: trial.prefix });
    trial.signal.addEventListener('abort', () => void redis.close(), { once: true });
    try {
      return await tryAll(trial, queues, broker);
    } finally {
      await broker.close();
      await redis.close();
    }
  },
};

async function tryAll(
  trial: Trial,
  queues: DomainQueueManager,
  broker: QueueBroker,
): Promise<Verdict> {
  const { rounds, ...worst } = await tryRounds(trial, queues, broker);
  const isLong = trial.seconds >= LONG_RUN_SECONDS;
  if (isLong && isFair(worst)) {
    const crowd = await tryCrowd(trial, queues, broker);
    worst.idleSlots += crowd.idle;
    worst.before = Math.max(worst.before, crowd.turns);
  }
  const { before, starvedTiers, idleSlots, gap, excessMs } = worst;
  // First: a flood leaves a backlog behind. Neither is needed any more when the promise is broken already.
  const calm = isFair(worst) ? await tryCalm(trial) : NOT_WATCHED;
  const flood = isFair(worst) && calm.idled === 0 ? await tryFlood(trial) : NOT_WATCHED;
  return {
    held: isFair(worst) && flood.starved + calm.idled === 0 && flood.isTried && calm.isTried,
    tried: `${rounds} rounds of ${TENANTS} tenants with a backlog, a newcomer and one that always comes back, other weights and costs, four tiers, long and short handlers that share by time${isLong ? `, ${CROWD} tenants` : ''}; ${flood.begun} actions of one that floods and two that do not, ${calm.begun} with slots free`,
    worst: `${before} turns of another tenant before a ready one, shares missed by ${gap}, slot time by ${excessMs} ms, ${starvedTiers} tiers and ${flood.starved} actions starved, ${idleSlots} slots idle, ${calm.idled} actions not begun although slots were free`,
  };
}

/** Rounds until the time is over or something broke. */
async function tryRounds(
  trial: Trial,
  queues: DomainQueueManager,
  broker: QueueBroker,
): Promise<Worst & { rounds: number }> {
  const end = performance.now() + trial.seconds * 500;
  const worst = { rounds: 0, before: 0, starvedTiers: 0, idleSlots: 0, gap: 0, excessMs: 0 };
  while (worst.rounds === 0 || (performance.now() < end && isFair(worst))) {
    const seen = await round(trial, queues, broker);
    worst.before = Math.max(worst.before, seen.before);
    worst.starvedTiers += seen.starvedTiers;
    worst.idleSlots += seen.idleSlots;
    worst.gap = Math.max(worst.gap, await tryShares(trial, queues.redis, broker));
    worst.rounds += 1;
  }
  if (isFair(worst)) worst.excessMs = await trySlotTime(trial, queues.redis);
  return worst;
}

/** The worst that any round has shown. */
interface Worst {
  before: number;
  starvedTiers: number;
  idleSlots: number;
  gap: number;
  excessMs: number;
}

function isFair({ before, starvedTiers, idleSlots, gap, excessMs }: Worst): boolean {
  return before <= MOST_BEFORE && gap + excessMs + starvedTiers + idleSlots === 0;
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
    const [claimed] = await serve(broker, 1);
    served.push(claimed?.lease.tenantId ?? 'nobody');
    if (claimed?.lease.tenantId === returning) await send(returning);
  }
  const sent = TENANTS * BACKLOG + 2 + served.filter((tenant) => tenant === returning).length;
  const idleSlots = await idleUntilServed(broker, sent - early.length - served.length);
  const before = Math.max(
    mostBefore(served.slice(0, served.indexOf(`${name}-new`)), `${name}-new`),
    ...[...backlogged, returning].map((tenant) => mostBefore(served, tenant)),
  );
  return { before, idleSlots, starvedTiers: await starvedTiers(queues, broker, name) };
}

/** Serves the rest with many slots; how many of them got nothing although there was something. */
async function idleUntilServed(broker: QueueBroker, rest: number): Promise<number> {
  let idle = 0;
  for (let left = rest; left > 0; left -= SLOTS) {
    const slots = Math.min(SLOTS, left);
    idle += slots - (await serveAtOnce(broker, slots)).length;
  }
  return idle;
}

/** With work in every tier, which of them got nothing for as long as all floors together take. */
async function starvedTiers(
  queues: DomainQueueManager,
  broker: QueueBroker,
  name: string,
): Promise<number> {
  const actions = TIERS.flatMap((tenantTier) =>
    Array.from({ length: FLOOR_TURNS }, () =>
      turn.create({ tenantId: `${name}-${tenantTier}`, tenantTier, data: {} }),
    ),
  );
  await queues.enqueueMany(actions);
  const served = await serve(broker, FLOOR_TURNS);
  const tiers = new Set(served.map(({ lease }) => lease.tier));
  await serve(broker, actions.length - served.length);
  return TIERS.length - tiers.size;
}
