import { serverFaults } from '../faults/server-faults.ts';
import { untilReady } from '../schedule/until.ts';
import { killedPrimary, manualFailover, migratedSlot } from './cluster-faults.ts';
import { emptyShard } from './cluster-shard.ts';
import { closeNodes, hostsOf, startNodes, type Node } from './node.ts';
import type { Target } from './target.ts';

const PRIMARIES = 3;
const SLOTS = 16_384;
const SETTINGS = [
  '--cluster-enabled yes',
  '--cluster-announce-ip 127.0.0.1',
  '--cluster-node-timeout 2000',
  // On a busy machine a failover would lose writes that the replica has not received.
  '--cluster-replica-no-failover yes',
  // Avoids a wait of 5 s for further replicas before each first synchronization.
  '--repl-diskless-sync-delay 0',
].flatMap((setting) => setting.split(' '));

/** Starts a Cluster of three primaries with one replica each. */
export async function startCluster(): Promise<Target> {
  const nodes = await startNodes(2 * PRIMARIES, { durable: true, settings: SETTINGS });
  const primaries = nodes.slice(0, PRIMARIES);
  await assignSlots(primaries);
  await introduce(nodes);
  const replicas = nodes.slice(PRIMARIES);
  await Promise.all(replicas.map(async (each, at) => replicate(primaries[at], each)));
  await untilReady('every node to agree', async () => {
    const infos = await Promise.all(nodes.map(async (node) => node.send('CLUSTER', 'INFO')));
    return infos.every((info) => String(info).includes('cluster_state:ok'));
  });
  const url = `redis+cluster://${hostsOf(nodes)}`;
  return {
    url,
    isManaged: true,
    faults: [
      ...nodes.slice(0, PRIMARIES).flatMap((node) => serverFaults(node.server.url).slice(0, 2)),
      migratedSlot(nodes),
      manualFailover(nodes),
    ],
    lastingFaults: [killedPrimary(nodes)],
    emptyShard: async () => emptyShard(nodes),
    close: async () => closeNodes(nodes),
  };
}

async function assignSlots(primaries: readonly Node[]): Promise<void> {
  for (const [index, node] of primaries.entries()) {
    const [from, to] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / PRIMARIES));
    await node.send('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
  }
}

async function introduce([first, ...others]: readonly Node[]): Promise<void> {
  if (!first) return;
  for (const other of others) await other.send('CLUSTER', 'MEET', '127.0.0.1', first.port);
  await untilReady('the nodes to meet', async () => {
    const infos = await Promise.all(
      [first, ...others].map(async (node) => String(await node.send('CLUSTER', 'INFO'))),
    );
    return infos.every((info) => info.includes(`cluster_known_nodes:${others.length + 1}`));
  });
}

async function replicate(primary: Node | undefined, replica: Node): Promise<void> {
  const id = String(await primary?.send('CLUSTER', 'MYID'));
  await untilReady('a replica to know its primary', async () => {
    await replica.send('CLUSTER', 'REPLICATE', id);
    return true;
  });
  await untilReady('a replica to be synchronized', async () =>
    String(await replica.send('INFO', 'replication')).includes('master_link_status:up'),
  );
}
