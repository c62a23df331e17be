import { resolveBrokerOptions, type BrokerOptions } from './claiming/broker-options.ts';
import { PartitionedBroker } from './claiming/partitioned-broker.ts';
import type { QueueBroker } from './broker.ts';
import { DomainQueueManager } from './manager.ts';
import { openManagerParts } from './manager-options.ts';

/** Queue access of one worker. Close both parts when it stops. */
export interface WorkerQueues {
  /** Source of its actions. */
  readonly broker: QueueBroker;
  /** Used by its handlers to send actions. */
  readonly queues: DomainQueueManager;
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
    queues: new DomainQueueManager({ redis }, { parts, parent: undefined }),
  };
}
