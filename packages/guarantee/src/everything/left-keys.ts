import { setTimeout as wait } from 'node:timers/promises';
import type { ProcessGroup } from '../scenario/process-group.ts';
import type { Environment } from '../scenario/trial.ts';
import { livesOfKeys } from '../target/run-keys.ts';

/** Options of the search for keys. */
export interface KeysOptions extends Environment {
  /** Maximum time to wait for the keys that expire (ms). */
  readonly keysMs: number;
}

/** Keys of one kind that a run has left. */
export interface LeftKey {
  /** The key without prefix, domain and names. */
  readonly kind: string;
  readonly count: number;
  /** Longest time to live (ms); undefined for a key that never expires. */
  readonly livesMs: number | undefined;
  /** True if such keys should have been removed. */
  readonly isLeak: boolean;
}

/**
 * Keys of a domain that has been used, by design. The last one still counts the dead letters that were removed; everything
 * else that it counts has keys of its own.
 */
const PERMANENT = ['state', 'partitions', 'counts'];
/** Maximum time for workers to remove what has become old (ms). */
const TIDY_MS = 90_000;
/** Time after the last expiry (ms). */
const EXTRA_MS = 60_000;
const POLL_MS = 1_000;

/**
 * Lets the workers tidy up, ends them, waits for the keys that expire in time, and returns what is left one minute later. Without
 * that time, only keys that never expire are leaks.
 */
export async function leftKeys(
  group: ProcessGroup,
  { keysMs, prefix, signal, target }: KeysOptions,
): Promise<LeftKey[]> {
  const look = async (): Promise<Map<string, number>> => livesOfKeys(target.url, prefix);
  const isLasting = ([key, life]: [string, number]): boolean =>
    life === -1 && !PERMANENT.includes(kindOf(key, prefix));
  const end = performance.now() + TIDY_MS;
  while ([...(await look())].some(isLasting) && performance.now() < end && !signal.aborted) {
    await wait(POLL_MS);
  }
  await Promise.all(group.of('mixed-worker').map(async (worker) => group.kill(worker)));
  const before = await look();
  const lives = [...before.values()].filter((life) => life <= keysMs);
  const waitsMs = keysMs === 0 ? 0 : Math.max(0, ...lives) + EXTRA_MS;
  await wait(waitsMs, undefined, { signal });
  const isLeak = ([key, life]: [string, number]): boolean =>
    isLasting([key, life]) || (waitsMs > 0 && life !== -1 && (before.get(key) ?? 0) <= keysMs);
  return byKind(waitsMs > 0 ? await look() : before, { prefix, isLeak });
}

function byKind(
  keys: ReadonlyMap<string, number>,
  { prefix, isLeak }: { prefix: string; isLeak: (entry: [string, number]) => boolean },
): LeftKey[] {
  const kinds = new Map<string, LeftKey>();
  for (const [key, life] of keys) {
    const kind = kindOf(key, prefix);
    const known = kinds.get(kind);
    kinds.set(kind, {
      kind,
      count: (known?.count ?? 0) + 1,
      livesMs: life === -1 ? undefined : Math.max(life, known?.livesMs ?? 0),
      isLeak: isLeak([key, life]) || (known?.isLeak ?? false),
    });
  }
  return [...kinds.values()];
}

/** Returns `stream` for `<prefix>:{mixed-tell}:stream:<id>`. */
function kindOf(key: string, prefix: string): string {
  const [, kind = key] = key.slice(prefix.length + 1).split(/\}:/);
  return kind.split(':')[0] ?? kind;
}
