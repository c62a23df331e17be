import { isoOf } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { ask } from '../protocol/calling.ts';
import {
  readWorkers,
  workersCall,
  type StoredWorker,
  type WorkerFacts,
} from '../protocol/operations/workers.ts';
import type { DomainKeyspaces } from '../protocol/partitions.ts';

/** A live worker of a domain. */
export interface WorkerEntry extends WorkerFacts {
  /** Stays the same until the worker stops; holds the leases of its actions. */
  readonly id: string;
  /** Time at which it last reported, which it does every 5 s (ISO 8601 UTC). */
  readonly seenAt: string;
}

/** Returns the live workers of a domain, up to 1,000 per partition, in the order of their hosts. */
export async function listWorkers(
  redis: RedisPool,
  domain: string,
  { all }: DomainKeyspaces,
): Promise<WorkerEntry[]> {
  const attempted = `list the workers of domain "${domain}"`;
  const lists = await Promise.all(
    all.map(async (keyspace) => readWorkers(await ask(redis, workersCall(keyspace), attempted))),
  );
  const latest = new Map<string, StoredWorker>();
  for (const worker of lists.flat()) {
    // A worker registers in every partition, at different times.
    if (worker.seenMs >= (latest.get(worker.id)?.seenMs ?? 0)) latest.set(worker.id, worker);
  }
  return [...latest.values()].map(entryOf).sort(byHost);
}

export function entryOf({ seenMs, ...facts }: StoredWorker): WorkerEntry {
  return { ...facts, seenAt: isoOf(seenMs) };
}

function byHost(one: WorkerEntry, other: WorkerEntry): number {
  return (
    one.host.localeCompare(other.host) || one.pid - other.pid || one.id.localeCompare(other.id)
  );
}
