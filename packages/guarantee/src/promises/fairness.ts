import { TIERS } from '@nooble/models';
import { createBroker, DomainQueueManager, type QueueBroker } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { mostBefore } from '../checks/turns.ts';
import { LONG_RUN_SECONDS } from '../faults/fault.ts';
import { FAIR_DOMAIN, turn } from '../load/actions.ts';
import type { Trial } from '../scenario/trial.ts';
import { tryFlood, tryFreeSlots } from './fairness-load.ts';
import type { Guarantee } from './guarantee.ts';
import { MANY_TENANTS, tryManyTenants } from './many-tenants.ts';
import type { Report } from './report.ts';
import { serve, serveBatch } from './serve.ts';
import { tryShares } from './shares.ts';
import { trySlotTime } from './slot-time.ts';

const TENANTS = 12;
const BACKLOG = 8;
const SLOTS = 16;
/** Maximum number of turns of another tenant before the next turn of a ready one. */
const MAX_TURNS_BEFORE = 2;
/** Turns within which every waiting tier gets its floor, even if a tier that returns late takes one. */
const FLOOR_TURNS = 16 * TIERS.length;

const NOT_RUN = { begun: 0, starved: 0, idled: 0, isTested: false };

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
): Promise<Report> {
  const { rounds, ...worst } = await tryRounds(trial, queues, broker);
  const isLong = trial.seconds >= LONG_RUN_SECONDS;
  if (isLong && isFair(worst)) {
    const { idle, turns } = await tryManyTenants(trial, queues, broker);
    worst.idleSlots += idle;
    worst.before = Math.max(worst.before, turns);
  }
  const { before, starvedTiers, idleSlots, gap, excessMs } = worst;
  // The flood comes last, because it leaves a backlog. Both are skipped once the promise is broken.
  const free = isFair(worst) ? await tryFreeSlots(trial) : NOT_RUN;
  const flood = isFair(worst) && free.idled === 0 ? await tryFlood(trial) : NOT_RUN;
  return {
    held: isFair(worst) && flood.starved + free.idled === 0 && flood.isTested && free.isTested,
    tried: `${rounds} rounds of ${TENANTS} tenants with a backlog, a new tenant and one that keeps coming back, other weights and costs, four tiers, long and short handlers that share by time${isLong ? `, ${MANY_TENANTS} tenants` : ''}; ${flood.begun} actions of one tenant that floods and two that do not, ${free.begun} with free slots`,
    worst: `${before} turns of another tenant before a ready one, shares missed by ${gap}, slot time by ${excessMs} ms, ${starvedTiers} tiers and ${flood.starved} actions starved, ${idleSlots} slots idle, ${free.idled} actions not started although slots were free`,
  };
}

/** Runs rounds until the time is over or the promise is broken. */
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

/** Worst values of all rounds. */
interface Worst {
  before: number;
  starvedTiers: number;
  idleSlots: number;
  gap: number;
  excessMs: number;
}

function isFair({ before, starvedTiers, idleSlots, gap, excessMs }: Worst): boolean {
  return before <= MAX_TURNS_BEFORE && gap + excessMs + starvedTiers + idleSlots === 0;
}

/**
 * Serves tenants with a backlog, then also a new tenant and a tenant that sends its next action whenever one was served.
 * Finally drains the queue.
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
    served.push(claimed?.lease.tenantId ?? 'none');
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

/** Serves the rest in batches. Returns the number of slots that got no action although some were waiting. */
async function idleUntilServed(broker: QueueBroker, rest: number): Promise<number> {
  let idle = 0;
  for (let left = rest; left > 0; left -= SLOTS) {
    const slots = Math.min(SLOTS, left);
    idle += slots - (await serveBatch(broker, slots)).length;
  }
  return idle;
}

/** Fills every tier. Returns the number of tiers without a turn within `FLOOR_TURNS`. */
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
