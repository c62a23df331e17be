import { createBroker, DomainQueueManager, type QueueBroker } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import type { WorkerOptions } from './options.ts';

/** What a worker talks through. */
export interface Connections {
  readonly broker: QueueBroker;
  readonly queues: DomainQueueManager;
  /** Closes what was opened here, and nothing that was handed in. */
  close(): Promise<void>;
}

/** Opens what the options do not bring along. */
export function openConnections(options: WorkerOptions): Connections {
  const owned: { close(): Promise<void> }[] = [];
  const own = <T extends { close(): Promise<void> }>(part: T): T => {
    owned.unshift(part);
    return part;
  };
  const redis = (): RedisPool => (pool ??= poolOf(options, own));
  let pool: RedisPool | undefined;
  const broker = options.broker ?? own(createBroker({ ...brokerOptions(options), redis: redis() }));
  const queues = options.queues ?? own(managerOf(options, redis()));
  return {
    broker,
    queues,
    async close() {
      // The last opened first: a broker says goodbye over the pool it was given.
      for (const part of owned) await part.close();
    },
  };
}
