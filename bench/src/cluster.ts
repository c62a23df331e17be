import { setTimeout as wait } from 'node:timers/promises';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { Redis } from 'ioredis';

const PRIMARIES = 3;
const SLOTS = 16_384;
/** Time limit for the nodes to agree (ms). */
const AGREE_MS = 20_000;

/** A Redis Cluster on loopback, in memory only. */
export interface RunningCluster {
  /** `redis+cluster://` and the addresses of its nodes. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a Cluster of three primaries without replicas. Throws an Error if the nodes do not agree in time. */
export async function startCluster(): Promise<RunningCluster> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
  const servers = await Promise.all(
    Array.from({ length: PRIMARIES }, async () => startEmbeddedRedis({ settings })),
  );
  const nodes = servers.map(({ url }) => new Redis(url));
  const ports = servers.map(({ url }) => new URL(url).port);
  const stop = async (): Promise<void> => {
    for (const node of nodes) node.disconnect();
    await Promise.all(servers.map(async (server) => server.stop()));
  };
  try {
    await join(nodes, ports);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
    stop,
  };
}

async function join(nodes: readonly Redis[], ports: readonly string[]): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    const [from, to] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / PRIMARIES));
    await node.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
    await node.call('CLUSTER', 'MEET', '127.0.0.1', ports[0] ?? '');
  }
  const untilMs = performance.now() + AGREE_MS;
  while (!(await agree(nodes))) {
    if (performance.now() > untilMs) throw new Error('The nodes of the Cluster do not agree');
    await wait(50);
  }
}

async function agree(nodes: readonly Redis[]): Promise<boolean> {
  const infos = await Promise.all(
    nodes.map(async (node) => String(await node.call('CLUSTER', 'INFO'))),
  );
  return infos.every(
    (info) =>
      info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${PRIMARIES}`),
  );
}
