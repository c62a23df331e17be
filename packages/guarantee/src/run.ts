import { DomainQueueManager } from '@nooble/queue';
import { GUARANTEES } from './guarantees.ts';
import { WORK_DOMAIN } from './load/actions.ts';
import type { GuaranteeOptions } from './options.ts';
import type { Guarantee } from './promises/guarantee.ts';
import type { Report } from './promises/report.ts';
import type { Trial } from './scenario/trial.ts';
import { unlessAborted } from './schedule/interruption.ts';
import { seededRandom } from './schedule/random.ts';
import { removeKeys } from './target/run-keys.ts';
import { openTarget } from './target/target.ts';
import { TOPOLOGIES } from './target/topologies.ts';

/** Report of one promise. */
export interface Result extends Report {
  readonly id: string;
  readonly text: string;
}

/** Options of a run. */
export type RunOptions = Omit<
  GuaranteeOptions,
  'json' | 'help' | 'topology' | 'partitions' | 'everything' | 'keysMinutes'
> &
  Partial<Pick<GuaranteeOptions, 'topology' | 'partitions'>> & {
    /** Ends the run: it rejects with the reason of the signal after it has removed its keys and processes. */
    readonly signal?: AbortSignal;
  };

/**
 * Tests the promises one after the other. `onResult` is called with each result.
 * Throws TypeError for an unknown promise, and Error for a Redis whose settings contradict the promises.
 */
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
      const result = { id, text, ...(await test(guarantee, trial, options.partitions ?? 1)) };
      results.push(result);
      onResult(result);
    }
  } finally {
    await target.close();
  }
  return results;
}

/** Tests one promise and removes the keys of the trial, also after an error. */
async function test({ run }: Guarantee, trial: Trial, partitions: number): Promise<Report> {
  const { target, prefix, signal } = trial;
  try {
    signal.throwIfAborted();
    await setPartitions(target.url, prefix, partitions);
    return await unlessAborted(signal, run(trial));
  } finally {
    // A server of this run may be unreachable in the middle of a fault, and is removed anyway.
    if (!(signal.aborted && target.isManaged)) await removeKeys(target.url, prefix);
  }
}

/** Divides the work domain, because every promise must also hold with partitions. */
async function setPartitions(redis: string, prefix: string, partitions: number): Promise<void> {
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
      `Unknown promise "${unknown}": expected ${GUARANTEES.map(({ id }) => id).join(', ')}`,
    );
  }
  return GUARANTEES.filter(({ id }) => only.length === 0 || only.includes(id));
}
