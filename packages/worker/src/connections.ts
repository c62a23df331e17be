import { createBroker, DomainQueueManager, type QueueBroker } from '@nooble/queue';
import { poolOf as openPool, type RedisPool } from '@nooble/redis';
import type { WorkerOptions } from './options.ts';

/** What a worker talks through. */
export interface Connections {
  readonly broker: QueueBroker;
  readonly queues: DomainQueueManager;
  /** Closes what was opened here, and nothing that was handed in. */
  close(): Promise<void>;
}

/** Opens what the options do not bring along. Connecting happens in the background. */
export function openConnections(domain: string, options: WorkerOptions): Connections {
  const { prefix, tiers, leaseMs, mode, floor, maxStalls } = options;
  const { maxDead, maxDeadAgeMs, maxPayloadBytes, onWarning } = options;
  const opened: { close(): Promise<void> }[] = [];
  const redis = poolOf(domain, options, opened);
  const shared = defined({ prefix, tiers, maxPayloadBytes, onWarning });
  const own = defined({ leaseMs, mode, floor, maxStalls, maxDead, maxDeadAgeMs });
  const broker = options.broker ?? keep(opened, createBroker({ domain, redis, ...shared, ...own }));
  const queues = options.queues ?? keep(opened, new DomainQueueManager({ redis, ...shared }));
  return {
    broker,
    queues,
    async close() {
      // The last opened first: a broker may still need the pool it was given.
      for (const part of opened.reverse()) await part.close();
    },
  };
}

function poolOf(
  domain: string,
  { redis }: WorkerOptions,
  opened: { close(): Promise<void> }[],
): RedisPool {
  const pool = openPool(redis, `${domain}-worker`);
  return typeof redis === 'string' ? keep(opened, pool) : pool;
}

function keep<T extends { close(): Promise<void> }>(
  opened: { close(): Promise<void> }[],
  part: T,
): T {
  opened.push(part);
  return part;
}

/** Without the entries that are undefined, which optional fields do not accept. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
