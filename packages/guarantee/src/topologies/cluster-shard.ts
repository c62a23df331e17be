import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '../faults/fault.ts';
import type { Shard } from '../target.ts';
import { untilReady } from '../until.ts';
import { nodeAt, slotRanges } from './cluster-slots.ts';
import type { Node } from './node.ts';

/** Until every node and every client has heard that the shard is back (ms). */
const LIMIT_MS = 30_000;

/** A shard without a single key; undefined where each has some. */
export async function emptyShard(nodes: readonly Node[]): Promise<Shard | undefined> {
  const ranges = await slotRanges(nodes[0]);
  for (const [, , primary, ...replicas] of ranges) {
    const members = [primary, ...replicas].map((address) => nodeAt(nodes, address));
    if (Number(await members[0]?.send('DBSIZE')) > 0) continue;
    // Slots that have moved leave a primary with several ranges.
    const own = ranges.filter(([, , [, port]]) => port === primary[1]);
    const slots = own.map(([low, high]) => [low, high] as const);
    return { slots, awayFor: (ms) => shardAway(nodes, members, ms) };
  }
  return undefined;
}

/** The primary and its replicas are killed, and come back; the others serve their slots meanwhile. */
function shardAway(nodes: readonly Node[], members: readonly Node[], ms: number): Fault {
  const others = nodes.filter((node) => !members.includes(node));
  return {
    name: `a shard away for ${ms / 1_000} s`,
    limitMs: LIMIT_MS,
    async strike() {
      await requireAll(others, false);
      await Promise.all(members.map(async ({ server }) => server.kill()));
      await wait(ms);
      await Promise.all(members.map(async ({ server }) => server.restart()));
      await untilReady('the shard to be back', async () => areHealthy(nodes));
      await requireAll(others, true);
    },
  };
}

/** Whether the nodes refuse everything while a slot has no owner. */
async function requireAll(nodes: readonly Node[], isRequired: boolean): Promise<void> {
  const value = isRequired ? 'yes' : 'no';
  await Promise.all(
    nodes.map(async (node) => node.send('CONFIG', 'SET', 'cluster-require-full-coverage', value)),
  );
}

async function areHealthy(nodes: readonly Node[]): Promise<boolean> {
  const infos = await Promise.all(
    nodes.map(async (node) => String(await node.send('CLUSTER', 'INFO'))),
  );
  return infos.every(
    (info) => info.includes('cluster_state:ok') && info.includes('cluster_slots_fail:0'),
  );
}
