import { readServerFacts, RedisPool, redactUrl } from '@nooble/redis';
import type { Fault } from './faults/fault.ts';

/** Some slots of a Cluster, and how to take the nodes away that have them. */
export interface Shard {
  readonly slots: readonly (readonly [low: number, high: number])[];
  readonly awayFor: (ms: number) => Fault;
}

/** The Redis under test. */
export interface Target {
  readonly url: string;
  /** For people. */
  readonly description: string;
  /** Started by us, to be disturbed. */
  readonly isOurs: boolean;
  /** What may be done to it in the middle of everything; nothing to a server that is not ours. */
  readonly faults: readonly Fault[];
  /** What takes long, or may lose writes that Redis acknowledged. */
  readonly lastingFaults: readonly Fault[];
  /** It cannot be reached for so many ms, and nothing takes its place; absent where that is not to be had. */
  readonly awayFor?: (ms: number) => Fault;
  /** A shard that holds nothing yet; absent where there are no shards. */
  readonly emptyShard?: () => Promise<Shard | undefined>;
  close(): Promise<void>;
}

/** Everything that can be done to it without losing what it acknowledged. */
export function faultsThatKeepWrites({ faults, lastingFaults }: Target): readonly Fault[] {
  return [...faults, ...lastingFaults.filter(({ mayLoseWrites = false }) => !mayLoseWrites)];
}

/** Opens the user's Redis. Throws for one whose settings contradict the promises. */
export async function openTarget(url: string, allowVolatile: boolean): Promise<Target> {
  await assertFit(url, allowVolatile);
  const description = redactUrl(url);
  const nothing = { isOurs: false, faults: [], lastingFaults: [] };
  return { url, description, ...nothing, close: async () => {} };
}

async function assertFit(url: string, allowVolatile: boolean): Promise<void> {
  const pool = new RedisPool({ url, name: 'nooble-guarantee' });
  try {
    const { maxMemoryPolicy, appendOnly } = await readServerFacts(pool.command());
    if (maxMemoryPolicy !== 'noeviction') {
      throw new Error(
        `Redis evicts keys when memory is short (maxmemory-policy ${maxMemoryPolicy}), accepted actions among them. Set maxmemory-policy noeviction`,
      );
    }
    if (!appendOnly && !allowVolatile) {
      throw new Error(
        'Redis forgets what it acknowledged when it restarts (appendonly no). Set appendonly yes and appendfsync always, or pass --volatile to test the rest',
      );
    }
  } finally {
    await pool.close();
  }
}
