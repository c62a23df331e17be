import { readServerFacts, RedisPool } from '@nooble/redis';
import type { Fault } from '../faults/fault.ts';

/** Slots of one shard of a Cluster, and a fault that stops all its nodes. */
export interface Shard {
  readonly slots: readonly (readonly [low: number, high: number])[];
  readonly awayFor: (ms: number) => Fault;
}

/** The Redis under test. */
export interface Target {
  readonly url: string;
  /** True if this program has started it, and may disturb it. */
  readonly isManaged: boolean;
  /** Short faults that lose no acknowledged writes; empty for the Redis of a user. */
  readonly faults: readonly Fault[];
  /** Faults that take long, or may lose acknowledged writes. */
  readonly lastingFaults: readonly Fault[];
  /** Returns a fault that makes Redis unreachable without a failover; absent if that is not possible. */
  readonly awayFor?: (ms: number) => Fault;
  /** Returns a shard without keys, undefined if each has some; absent without shards. */
  readonly emptyShard?: () => Promise<Shard | undefined>;
  close(): Promise<void>;
}

/** Returns the faults that lose no acknowledged writes. */
export function faultsThatKeepWrites({ faults, lastingFaults }: Target): readonly Fault[] {
  return [...faults, ...lastingFaults.filter(({ mayLoseWrites = false }) => !mayLoseWrites)];
}

/** Returns the Redis of a user as a target. Throws if its settings contradict the promises. */
export async function openTarget(url: string, allowVolatile: boolean): Promise<Target> {
  await assertSuitable(url, allowVolatile);
  const noFaults = { isManaged: false, faults: [], lastingFaults: [] };
  return { url, ...noFaults, close: async () => {} };
}

async function assertSuitable(url: string, allowVolatile: boolean): Promise<void> {
  const pool = new RedisPool({ url, name: 'nooble-guarantee' });
  try {
    const { maxMemoryPolicy, appendOnly } = await readServerFacts(pool.command());
    if (maxMemoryPolicy !== 'noeviction') {
      throw new Error(
        `Redis evicts keys, including accepted actions, when memory is full (maxmemory-policy ${maxMemoryPolicy}). Set maxmemory-policy noeviction`,
      );
    }
    if (!appendOnly && !allowVolatile) {
      throw new Error(
        'Redis loses acknowledged writes when it restarts (appendonly no). Set appendonly yes and appendfsync always, or pass --volatile to test everything else',
      );
    }
  } finally {
    await pool.close();
  }
}
