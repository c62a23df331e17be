import { setTimeout as wait } from 'node:timers/promises';
import type { DomainQueueManager } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';
import { WORK_DOMAIN } from './actions.ts';

const POLL_MS = 5;
const TIMEOUT_MS = 5_000;

/** Pauses reading on the connections of a pool; commands still reach Redis. Returns a function that closes them. */
export function stopReading(redis: RedisPool): () => void {
  const sockets = socketsOf(redis);
  for (const socket of sockets) socket.pause();
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

/** Waits until actions have arrived and all have ended: then only the stored answers identify a repeated call. */
export async function untilEnded(observer: DomainQueueManager): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  while ((await unfinished(observer)) === 0 && performance.now() < end) await wait(POLL_MS);
  while ((await unfinished(observer)) > 0 && performance.now() < end) await wait(POLL_MS);
}

/** Returns the sockets for commands: one, or one per primary of a Cluster. */
function socketsOf(redis: RedisPool) {
  const client = redis.command();
  const clients = 'nodes' in client ? client.nodes('master') : [client];
  return clients.flatMap(({ stream }) => (stream ? [stream] : []));
}

async function unfinished(observer: DomainQueueManager): Promise<number> {
  const { tiers } = await observer.stats(WORK_DOMAIN);
  return Object.values(tiers).reduce((sum, { waiting, active }) => sum + waiting + active, 0);
}
