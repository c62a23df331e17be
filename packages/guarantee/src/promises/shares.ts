import type { DomainAction } from '@nooble/models';
import { DomainQueueManager, type QueueBroker, type TenantDirectory } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';
import { turn } from '../load/actions.ts';
import type { Trial } from '../scenario/trial.ts';
import { serve } from './serve.ts';

/** Tenants of one tier that differ in their weight and in the cost of their actions. */
const KINDS = {
  light: { weight: 1, cost: 1 },
  heavy: { weight: 3, cost: 1 },
  costly: { weight: 1, cost: 4 },
} as const;
type Kind = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as Kind[];
const BACKLOG = 30;
const TURNS = 40;

const UNLIMITED = { perMinute: null, perDay: null, maxDepth: null };

/** Returns the maximum deviation from the shares, in actions of cost and weight 1; 0 if each tenant got its share. */
export async function tryShares(
  { prefix, random }: Trial,
  redis: RedisPool,
  broker: QueueBroker,
): Promise<number> {
  const name = `s${random.below(2 ** 31)}`;
  const idOf = (kind: Kind): string => `${name}-${kind}`;
  const directory: TenantDirectory = {
    resolve(tenantId) {
      const kind = NAMES.find((each) => idOf(each) === tenantId) ?? 'light';
      return { tier: 'free', weight: KINDS[kind].weight, limits: UNLIMITED };
    },
  };
  const queues = new DomainQueueManager({ redis, prefix, directory });
  for (const kind of NAMES) {
    const actions = Array.from({ length: BACKLOG }, (): DomainAction =>
      turn.create({ tenantId: idOf(kind), tenantTier: 'free', data: {} }),
    );
    const { cost } = KINDS[kind];
    await queues.enqueueMany(actions, { cost });
  }
  const served = await serve(broker, TURNS);
  await serve(broker, NAMES.length * BACKLOG - served.length);
  return worstGap(served.map(({ lease }) => NAMES.find((kind) => idOf(kind) === lease.tenantId)));
}

/**
 * Returns the excess over the bound of start-time fair queueing: between any two turns, the normalized service of two
 * tenants differs by at most one action of each (Goyal, Vin and Cheng, theorem 1).
 */
function worstGap(served: readonly (Kind | undefined)[]): number {
  const pairs = NAMES.flatMap((one, at) =>
    NAMES.slice(at + 1).map((other) => [one, other] as const),
  );
  const gaps = pairs.map(([one, other]) => {
    let difference = 0;
    let [low, high] = [0, 0];
    for (const kind of served) {
      if (kind === one) difference += stepOf(one);
      if (kind === other) difference -= stepOf(other);
      [low, high] = [Math.min(low, difference), Math.max(high, difference)];
    }
    return high - low - stepOf(one) - stepOf(other);
  });
  // Rounded, because sums of thirds are inexact.
  return Math.max(0, Math.round(100 * Math.max(...gaps)) / 100);
}

/** Normalized service of one action: cost divided by weight. */
function stepOf(kind: Kind): number {
  return KINDS[kind].cost / KINDS[kind].weight;
}
