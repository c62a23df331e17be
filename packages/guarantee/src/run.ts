import { DomainQueueManager } from '@nooble/queue';
import { WORK_DOMAIN } from './actions.ts';
import { GUARANTEES } from './guarantees.ts';
import type { GuaranteeOptions } from './options.ts';
import type { Guarantee, Trial, Verdict } from './promise.ts';
import { unlessAborted } from './interruption.ts';
import { removeKeys } from './leftovers.ts';
import { seededRandom } from './random.ts';
import { openTarget } from './target.ts';
import { TOPOLOGIES } from './topologies/topologies.ts';

/** A verdict with the promise it is about. */
export interface Result extends Verdict {
  readonly id: string;
  readonly text: string;
}

/** What is tried, for how long, and where. */
export type RunOptions = Omit<GuaranteeOptions, 'json' | 'help' | 'topology' | 'partitions'> &
  Partial<Pick<GuaranteeOptions, 'topology' | 'partitions'>> & {
    /** Ends the run: it rejects with the signal's reason, once it has removed what it made. */
    readonly signal?: AbortSignal;
  };

/** Tries the promises one after the other; `onResult` hears of each as it is known. */
export async function runGuarantees(
  options: RunOptions,
  onResult: (result: Result) => void = () => {},
): Promise<Result[]> {
  const chosen = choose(options.only);
  const target =
    options.redisUrl === undefined
      ? await TOPOLOGIES[options.topology ?? 'standalone']()
      : await openTarget(options.redisUrl, options.volatile);
  const { seed, signal = new AbortController().signal } = options;
  const seconds = Math.max(2, options.seconds / chosen.length);
  const results: Result[] = [];
  try {
    for (const guarantee of chosen) {
      const { id, text } = guarantee;
      const prefix = `nooble-guarantee-${seed}-${id.toLowerCase()}-${Date.now()}`;
      const random = seededRandom(seed);
      const trial = { target, prefix, random, seconds, signal };
      const result = { id, text, ...(await tryOne(guarantee, trial, options.partitions ?? 1)) };
      results.push(result);
      onResult(result);
    }
  } finally {
    await target.close();
  }
  return results;
}

/** Removes its keys whatever comes of it. */
async function tryOne({ run }: Guarantee, trial: Trial, partitions: number): Promise<Verdict> {
  const { target, prefix, signal } = trial;
  try {
    signal.throwIfAborted();
    await cut(target.url, prefix, partitions);
    return await unlessAborted(signal, run(trial));
  } finally {
    // A server of ours may be away in the middle of a fault, and ends anyway.
    if (!(signal.aborted && target.isOurs)) await removeKeys(target.url, prefix);
  }
}

/** Every promise has to hold in partitions, too. */
async function cut(redis: string, prefix: string, partitions: number): Promise<void> {
  if (partitions === 1) return;
  const queues = new DomainQueueManager({ redis, prefix });
  try {
    await queues.setPartitions(WORK_DOMAIN, partitions);
  } finally {
    await queues.close();
  }
}

function choose(only: readonly string[]): readonly Guarantee[] {
  const unknown = only.find((id) => !GUARANTEES.some((each) => each.id === id));
  if (unknown !== undefined) {
    throw new TypeError(
      `Unknown promise "${unknown}": there are ${GUARANTEES.map(({ id }) => id).join(', ')}`,
    );
  }
  return GUARANTEES.filter(({ id }) => only.length === 0 || only.includes(id));
}
