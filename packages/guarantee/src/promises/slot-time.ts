import { createBroker, DomainQueueManager, type ClaimedAction } from '@nooble/queue';
import type { QueueBroker, Settlement } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';
import { timed, TIMED_DOMAIN } from '../load/actions.ts';
import type { Trial } from '../scenario/trial.ts';

/** Time for which the actions of each tenant hold a slot (ms). */
const TAKES_MS = { slow: 100, quick: 5 };
type Kind = keyof typeof TAKES_MS;
const KINDS = Object.keys(TAKES_MS) as Kind[];
const SLOTS = 4;
/** Minimum slot time of a trial (ms), and as a multiple of the bound: enough for equal turns to exceed the bound. */
const ENOUGH = { ms: 6_000, bounds: 8 };
/** Maximum duration of a trial (ms): on a slow machine short handlers take longer, which raises the bound. */
const MAX_MS = 30_000;

const UNLIMITED = { perMinute: null, perDay: null, maxDepth: null };

/** Total slot time of a tenant so far, and its longest attempt (ms). */
interface Held {
  totalMs: number;
  longestMs: number;
}

/**
 * Runs a tenant with long handlers and one with short handlers that share by time. Returns by how much the difference of
 * their slot times exceeds the bound (ms), 0 if it does not. The bound is one attempt of each in every slot.
 */
export async function trySlotTime({ prefix, random, signal }: Trial, redis: RedisPool) {
  const name = `t${random.below(2 ** 31)}`;
  const queues = new DomainQueueManager({ redis, prefix, tiers: { free: UNLIMITED } });
  const broker = createBroker({ domain: TIMED_DOMAIN, redis, prefix, share: 'time' });
  const held = new Map(KINDS.map((kind): [string, Held] => [kind, { totalMs: 0, longestMs: 0 }]));
  const send = async (kind: string, count: number) =>
    queues.enqueueMany(
      Array.from({ length: count }, () =>
        timed.create({ tenantId: `${name}-${kind}`, tenantTier: 'free', data: {} }),
      ),
    );
  try {
    for (const kind of KINDS) await send(kind, 2 * SLOTS);
    const end = performance.now() + MAX_MS;
    const work = async (): Promise<void> => {
      while (!isEnough(held) && performance.now() < end && !signal.aborted) {
        const kind = await holdOne(broker, held);
        await send(kind, 1);
      }
    };
    await Promise.all(Array.from({ length: SLOTS }, work));
  } finally {
    await broker.close();
  }
  return Math.max(0, Math.round(excessOf(held)));
}

/** Claims one action, holds its slot for the time of its tenant, and settles it. */
async function holdOne(broker: QueueBroker, held: Map<string, Held>): Promise<string> {
  const { claimed } = await broker.claim({ slots: 1 });
  const [one] = claimed;
  if (!one) throw new Error('A claim returned no action although both tenants have a backlog');
  const kind = kindOf(one);
  const since = performance.now();
  await new Promise((resolve) => void setTimeout(resolve, TAKES_MS[kind]));
  const settlement: Settlement = { claimed: one, outcome: { status: 'done' } };
  await broker.settle([settlement]);
  add(held, kind, performance.now() - since);
  return kind;
}

function kindOf({ lease }: ClaimedAction): Kind {
  return lease.tenantId.endsWith('slow') ? 'slow' : 'quick';
}

function add(held: Map<string, Held>, kind: string, ms: number): void {
  const of = held.get(kind);
  if (!of) return;
  of.totalMs += ms;
  of.longestMs = Math.max(of.longestMs, ms);
}

function totalOf(held: ReadonlyMap<string, Held>): number {
  return [...held.values()].reduce((sum, { totalMs }) => sum + totalMs, 0);
}

function isEnough(held: ReadonlyMap<string, Held>): boolean {
  return totalOf(held) >= Math.max(ENOUGH.ms, ENOUGH.bounds * boundOf(held));
}

/** Returns the sum of the longest attempts of both tenants, times the number of slots (ms). */
function boundOf(held: ReadonlyMap<string, Held>): number {
  return [...held.values()].reduce((sum, { longestMs }) => sum + SLOTS * longestMs, 0);
}

function excessOf(held: ReadonlyMap<string, Held>): number {
  const [slow, quick] = [held.get('slow'), held.get('quick')];
  if (!slow || !quick) return 0;
  return Math.abs(slow.totalMs - quick.totalMs) - boundOf(held);
}
