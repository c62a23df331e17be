import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import type { EmbeddedRedis, EmbeddedRedisOptions } from '@nooble/redis/embedded';
import { withLastingStop } from './lasting-stop.ts';

/** One server process of a topology, with a separate connection for administration. */
export interface Node {
  readonly server: EmbeddedRedis;
  readonly port: number;
  /** Sends a command to this process. */
  send(command: string, ...args: (string | number)[]): Promise<unknown>;
  close(): Promise<void>;
}

export async function startNode(options: EmbeddedRedisOptions): Promise<Node> {
  const server = withLastingStop(await startEmbeddedRedis(options));
  const pool = new RedisPool({ url: server.url, name: 'nooble-topology' });
  return {
    server,
    port: Number(new URL(server.url).port),
    send: async (command, ...args) => pool.command().call(command, ...args),
    async close() {
      await pool.close(200);
      await server.stop();
    },
  };
}

/** Starts nodes concurrently. */
export async function startNodes(count: number, options: EmbeddedRedisOptions): Promise<Node[]> {
  return Promise.all(Array.from({ length: count }, async () => startNode(options)));
}

/** Stops nodes concurrently. */
export async function closeNodes(nodes: readonly Node[]): Promise<void> {
  await Promise.all(nodes.map(async (node) => node.close()));
}

/** Returns `host:port,host:port` for a URL. */
export function hostsOf(nodes: readonly Node[]): string {
  return nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
}
