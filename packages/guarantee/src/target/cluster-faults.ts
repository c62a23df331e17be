import type { Fault } from '../faults/fault.ts';
import { until, untilReady } from '../schedule/until.ts';
import { nodeAt, slotRanges } from './cluster-slots.ts';
import type { Node } from './node.ts';

/** Time limit for the nodes to agree and promote, and for clients to follow (ms). */
const FAILOVER_MS = 30_000;

/** Returns a fault in which a primary hands over to its up-to-date replica: no write is lost. */
export function manualFailover(nodes: readonly Node[]): Fault {
  return {
    name: 'Cluster failover',
    limitMs: FAILOVER_MS,
    async inject() {
      const { replica, slot } = await owners(nodes);
      await replica.send('CLUSTER', 'FAILOVER');
      await agreed(nodes, slot, replica);
    },
  };
}

/** Returns a fault in which a primary is killed and the nodes must detect it. The old primary returns as a replica. */
export function killedPrimary(nodes: readonly Node[]): Fault {
  return {
    name: 'primary killed, Cluster failover',
    limitMs: FAILOVER_MS,
    mayLoseWrites: true,
    async inject() {
      const { primary, replica, slot } = await owners(nodes);
      await replica.send('CONFIG', 'SET', 'cluster-replica-no-failover', 'no');
      await primary.server.kill();
      await untilReady('the failover', async () => (await portOf(replica, slot)) === replica.port);
      await replica.send('CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
      await primary.server.restart();
      await agreed(nodes, slot, replica);
    },
  };
}

/** Returns a fault that moves a slot under load to another primary, key by key. */
export function migratedSlot(nodes: readonly Node[]): Fault {
  return {
    name: 'slot migrated',
    limitMs: FAILOVER_MS,
    async inject() {
      const { primary: from, others, slot } = await owners(nodes);
      const [to] = others;
      if (!to) throw new RangeError('Cannot migrate a slot: there is no other primary');
      const [fromId, toId] = [await idOf(from), await idOf(to)];
      await to.send('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
      await from.send('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
      await moveKeys(from, to, slot);
      for (const node of [to, from]) await node.send('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
      await agreed(nodes, slot, to);
    },
  };
}

async function moveKeys(from: Node, to: Node, slot: number): Promise<void> {
  for (;;) {
    const keys = (await from.send('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
    if (keys.length === 0) return;
    await from.send('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys);
  }
}

/** Returns a slot in use, its owners and the other primaries. Waits until the nodes agree after the previous fault. */
async function owners(nodes: readonly Node[]) {
  const found = await until(async () => ownersOf(nodes), FAILOVER_MS);
  if (!found) throw new Error('No slot in use has a primary and a replica');
  return found;
}

async function ownersOf(nodes: readonly Node[]) {
  const ranges = await slotRanges(nodes[0]);
  const primaries = new Set(ranges.map(([, , address]) => nodeAt(nodes, address)));
  const slot = await slotInUse([...primaries]);
  const [, , owner, standIn] = ranges.find(([low, high]) => low <= slot && slot <= high) ?? [];
  const [primary, replica] = [nodeAt(nodes, owner), nodeAt(nodes, standIn)];
  return { slot, primary, replica, others: [...primaries].filter((node) => node !== primary) };
}

/** Returns the slot of a random key of the primary with the most keys. */
async function slotInUse(primaries: readonly Node[]): Promise<number> {
  const sizes = await Promise.all(primaries.map(async (node) => Number(await node.send('DBSIZE'))));
  const fullest = primaries[sizes.indexOf(Math.max(...sizes))];
  const key = String(await fullest?.send('RANDOMKEY'));
  return Number(await fullest?.send('CLUSTER', 'KEYSLOT', key));
}

/** Waits until every node knows the new owner of the slot. */
async function agreed(nodes: readonly Node[], slot: number, owner: Node): Promise<void> {
  await untilReady('every node to know the owner of the slot', async () => {
    const ports = await Promise.all(nodes.map(async (node) => portOf(node, slot)));
    return ports.every((port) => port === owner.port);
  });
}

/** Returns the port of the primary of a slot, as known by one node. */
async function portOf(node: Node, slot: number): Promise<number | undefined> {
  const ranges = await slotRanges(node);
  return ranges.find(([low, high]) => low <= slot && slot <= high)?.[2][1];
}

async function idOf(node: Node): Promise<string> {
  return String(await node.send('CLUSTER', 'MYID'));
}
