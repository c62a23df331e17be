import type { Fault } from '../faults/fault.ts';
import { until, untilReady } from '../until.ts';
import { nodeAt, slotRanges } from './cluster-slots.ts';
import type { Node } from './node.ts';

/** For nodes that have to agree and promote, and clients that have to hear of it (ms). */
const FAILOVER_MS = 30_000;

/** The primary hands over to its replica, which has read everything: nothing is lost. */
export function manualFailover(nodes: readonly Node[]): Fault {
  return {
    name: 'Cluster failover',
    limitMs: FAILOVER_MS,
    async strike() {
      const { replica, slot } = await owners(nodes);
      await replica.send('CLUSTER', 'FAILOVER');
      await agreed(nodes, slot, replica);
    },
  };
}

/** The replica has to notice by itself. The old primary comes back as a replica. */
export function killedPrimary(nodes: readonly Node[]): Fault {
  return {
    name: 'primary killed, Cluster failover',
    limitMs: FAILOVER_MS,
    mayLoseWrites: true,
    async strike() {
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

/** The slot under load moves to another primary, its keys one by one. */
export function migratedSlot(nodes: readonly Node[]): Fault {
  return {
    name: 'slot migrated',
    limitMs: FAILOVER_MS,
    async strike() {
      const { primary: from, others, slot } = await owners(nodes);
      const [to] = others;
      if (!to) throw new RangeError('There is no other primary');
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

/** Who has a slot that is in use, and who else there is, once the nodes agree after the fault before. */
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

/** The slot of some key of the primary that has most of them. */
async function slotInUse(primaries: readonly Node[]): Promise<number> {
  const sizes = await Promise.all(primaries.map(async (node) => Number(await node.send('DBSIZE'))));
  const fullest = primaries[sizes.indexOf(Math.max(...sizes))];
  const key = String(await fullest?.send('RANDOMKEY'));
  return Number(await fullest?.send('CLUSTER', 'KEYSLOT', key));
}

/** Every node knows who has the slot now. */
async function agreed(nodes: readonly Node[], slot: number, owner: Node): Promise<void> {
  await untilReady('every node to know who has the slot', async () => {
    const ports = await Promise.all(nodes.map(async (node) => portOf(node, slot)));
    return ports.every((port) => port === owner.port);
  });
}

/** Of the primary of a slot, as one node sees it. */
async function portOf(node: Node, slot: number): Promise<number | undefined> {
  const ranges = await slotRanges(node);
  return ranges.find(([low, high]) => low <= slot && slot <= high)?.[2][1];
}

async function idOf(node: Node): Promise<string> {
  return String(await node.send('CLUSTER', 'MYID'));
}
