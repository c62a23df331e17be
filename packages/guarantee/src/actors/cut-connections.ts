import { setTimeout as wait } from 'node:timers/promises';
import type { DomainQueueManager } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';
import { WORK_DOMAIN } from '../actions.ts';

const LOOK_MS = 5;
/** For what was sent to arrive (ms). */
const PATIENCE_MS = 5_000;

/** The sockets on which a pool sends commands: one, or one per primary of a Cluster. */
function socketsOf(redis: RedisPool) {
  const client = redis.command();
  const clients = 'nodes' in client ? client.nodes('master') : [client];
  return clients.flatMap(({ stream }) => (stream ? [stream] : []));
}

/** Reads no reply from now on; what is sent still reaches Redis. Returns how to end the connections. */
export function stopReading(redis: RedisPool): () => void {
  const sockets = socketsOf(redis);
  for (const socket of sockets) socket.pause();
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

/** Waits until some work has arrived and everything that did has ended: only Redis' memory of calls tells it from new. */
export async function untilEnded(observer: DomainQueueManager): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while ((await underWay(observer)) === 0 && performance.now() < end) await wait(LOOK_MS);
  while ((await underWay(observer)) > 0 && performance.now() < end) await wait(LOOK_MS);
}

async function underWay(observer: DomainQueueManager): Promise<number> {
  const { tiers } = await observer.stats(WORK_DOMAIN);
  return Object.values(tiers).reduce((sum, { waiting, active }) => sum + waiting + active, 0);
}
