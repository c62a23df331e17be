import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '../faults/fault.ts';
import { untilReady } from '../schedule/until.ts';
import { nodeAt, slotRanges } from './cluster-slots.ts';
import type { Node } from './node.ts';
import type { Shard } from './target.ts';

/** Time limit for every node and client to reach the shard again (ms). */
const LIMIT_MS = 30_000;

/** Returns a shard without keys, undefined if each has some. */
export async function emptyShard(nodes: readonly Node[]): Promise<Shard | undefined> {
  const ranges = await slotRanges(nodes[0]);
  for (const [, , primary, ...replicas] of ranges) {
    const members = [primary, ...replicas].map((address) => nodeAt(nodes, address));
    if (Number(await members[0]?.send('DBSIZE')) > 0) continue;
    // After a migration a primary may have several ranges.
    const own = ranges.filter(([, , [, port]]) => port === primary[1]);
    const slots = own.map(([low, high]) => [low, high] as const);
    return { slots, awayFor: (ms) => shardAway(nodes, members, ms) };
  }
  return undefined;
}

/** Returns a fault that stops the primary and its replicas for a time; the other nodes keep serving their slots. */
function shardAway(nodes: readonly Node[], members: readonly Node[], ms: number): Fault {
  const others = nodes.filter((node) => !members.includes(node));
  return {
    name: `a shard away for ${ms / 1_000} s`,
    limitMs: LIMIT_MS,
    async inject() {
      await requireAll(others, false);
      await Promise.all(members.map(async ({ server }) => server.kill()));
      await wait(ms);
      await Promise.all(members.map(async ({ server }) => server.restart()));
      await untilReady('the shard to be back', async () => areHealthy(nodes));
      await requireAll(others, true);
    },
  };
}

/** Configures whether nodes refuse all commands while a slot has no owner. */
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
