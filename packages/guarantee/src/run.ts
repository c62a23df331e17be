import { DomainQueueManager } from '@nooble/queue';
import { WORK_DOMAIN } from './actions.ts';
import { GUARANTEES } from './guarantees.ts';
import type { GuaranteeOptions } from './options.ts';
import type { Guarantee, Verdict } from './promise.ts';
import { removeKeys } from './leftovers.ts';
import { seededRandom } from './random.ts';
import { openTarget, TOPOLOGIES } from './target.ts';

/** A verdict with the promise it is about. */
export interface Result extends Verdict {
  readonly id: string;
  readonly text: string;
}

/** What is tried, for how long, and where. */
export type RunOptions = Omit<GuaranteeOptions, 'json' | 'help' | 'topology' | 'partitions'> &
  Partial<Pick<GuaranteeOptions, 'topology' | 'partitions'>>;

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
  const random = seededRandom(options.seed);
  const seconds = Math.max(2, options.seconds / chosen.length);
  const results: Result[] = [];
  try {
    for (const { id, text, run } of chosen) {
      const prefix = `nooble-guarantee-${options.seed}-${id.toLowerCase()}-${Date.now()}`;
      await cut(target.url, prefix, options.partitions ?? 1);
      const verdict = await run({ target, prefix, random, seconds });
      await removeKeys(target.url, prefix);
      results.push({ id, text, ...verdict });
      onResult({ id, text, ...verdict });
    }
  } finally {
    await target.close();
  }
  return results;
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
