import {
  createBroker,
  DomainQueueManager,
  openJournals,
  openWorkerQueues,
  type BrokerOptions,
  type Journals,
  type QueueBroker,
  type QueueManagerOptions,
} from '@nooble/queue';
import { poolOf as openPool, type RedisPool } from '@nooble/redis';
import type { WorkerOptions } from './options.ts';

/** Queue access of a worker. */
export interface Connections {
  readonly broker: QueueBroker;
  readonly queues: DomainQueueManager;
  readonly journals: Journals;
  /** Closes the connections opened here, and none that were passed in. */
  close(): Promise<void>;
}

/** Opens what the options do not contain. Connects in the background. */
export function openConnections(domain: string, options: WorkerOptions): Connections {
  const { prefix, tiers, leaseMs, mode, floor, share, maxStalls } = options;
  const { maxDead, maxDeadAgeMs, maxPayloadBytes, onWarning } = options;
  const opened: Closable[] = [];
  const redis = poolOf(domain, options, opened);
  const shared = defined({ prefix, tiers, maxPayloadBytes, onWarning });
  const broker = defined({ leaseMs, mode, floor, share, maxStalls, maxDead, maxDeadAgeMs });
  return {
    ...queuesOf(
      options,
      { broker: { domain, redis, ...shared, ...broker }, queues: { redis, ...shared } },
      opened,
    ),
    async close() {
      // In reverse order: a broker may still need the pool that it was given.
      for (const part of opened.reverse()) await part.close();
    },
  };
}

interface Closable {
  close(): Promise<void>;
}

function queuesOf(
  given: Pick<WorkerOptions, 'broker' | 'queues'>,
  options: { readonly broker: BrokerOptions; readonly queues: QueueManagerOptions },
  opened: Closable[],
): Omit<Connections, 'close'> {
  if (!given.broker && !given.queues) {
    const { broker, queues, journals } = openWorkerQueues(options.broker);
    return { broker: keep(opened, broker), queues: keep(opened, queues), journals };
  }
  const broker = given.broker ?? keep(opened, createBroker(options.broker));
  const queues = given.queues ?? keep(opened, new DomainQueueManager(options.queues));
  return { broker, queues, journals: openJournals(options.broker) };
}

function poolOf(domain: string, { redis }: WorkerOptions, opened: Closable[]): RedisPool {
  const pool = openPool(redis, `${domain}-worker`);
  return typeof redis === 'string' ? keep(opened, pool) : pool;
}

function keep<T extends Closable>(opened: Closable[], part: T): T {
  opened.push(part);
  return part;
}

/** Omits entries that are undefined, which optional fields do not accept. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
