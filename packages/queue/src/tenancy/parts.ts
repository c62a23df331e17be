import type { RedisPool } from '@nooble/redis';
import { CallRings } from '../protocol/call-ring.ts';
import { Partitions } from '../protocol/partitions.ts';

/** The Redis whose data is purged or exported, such as a `DomainQueueManager`. */
export interface TenancyTarget {
  readonly redis: RedisPool;
  readonly prefix: string;
}

/** Dependencies of purge and export. */
export interface TenancyParts extends TenancyTarget {
  readonly partitions: Partitions;
  readonly rings: CallRings;
}

export function partsOf({ redis, prefix }: TenancyTarget): TenancyParts {
  return { redis, prefix, partitions: new Partitions({ redis, prefix }), rings: new CallRings() };
}
