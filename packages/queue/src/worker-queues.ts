import { resolveBrokerOptions, type BrokerOptions } from './claiming/broker-options.ts';
import { PartitionedBroker } from './claiming/partitioned-broker.ts';
import type { QueueBroker } from './broker.ts';
import { RedisJournals, type Journals } from './claiming/journals.ts';
import { DomainQueueManager } from './manager.ts';
import { Partitions } from './protocol/partitions.ts';
import { openManagerParts } from './manager-options.ts';

/** Queue access of one worker. Close both parts when it stops. */
export interface WorkerQueues {
  /** Source of its actions. */
  readonly broker: QueueBroker;
  /** Used by its handlers to send actions. */
  readonly queues: DomainQueueManager;
  /** Used by its handlers to wait without a slot. */
  readonly journals: Journals;
}

/** Opens the journals of a domain. Throws as `createBroker` does. */
export function openJournals(options: BrokerOptions): Journals {
  const resolved = resolveBrokerOptions(options);
  return new RedisJournals({ ...resolved, partitions: new Partitions(resolved) });
}

/**
 * Opens the broker of a domain and a manager that share connections, partition table and admission queue: actions sent by
 * handlers and callbacks of their actions travel in the same calls. Throws as `createBroker` does.
 */
export function openWorkerQueues(options: BrokerOptions): WorkerQueues {
  const resolved = resolveBrokerOptions(options);
  const { redis, prefix, maxPayloadBytes, onWarning } = resolved;
  const { tiers = {} } = options;
  const parts = openManagerParts({ redis, prefix, maxPayloadBytes, onWarning, tiers });
  return {
    broker: new PartitionedBroker(resolved, parts),
    journals: new RedisJournals({ ...resolved, partitions: parts.partitions }),
    queues: new DomainQueueManager({ redis }, { parts, parent: undefined }),
  };
}
