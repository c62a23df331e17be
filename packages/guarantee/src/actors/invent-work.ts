import { ATTEMPTS, type Work } from '../actions.ts';
import type { Random } from '../random.ts';
import { HANG_TIMEOUT_MS } from './mischief.ts';

/** Of so many actions one is of the kind. */
const ONE_IN = {
  slow: 6,
  failing: 10,
  hopeless: 200,
  rubbish: 200,
  hang: 300,
  block: 1_500,
  throttle: 50,
};
/** The slow ones take so long at most (ms). */
const MOST_MS = 1_500;

interface Invented {
  readonly data: Work;
  readonly timeout: { readonly timeoutMs?: number };
}

export const INSTANT_WORK: Invented = {
  data: { takesMs: 0, failures: 0, mischief: 'none' },
  timeout: {},
};

/** Work as a seed would have it: most of it short and good, some outlasting a lease, some bad. */
export function inventWork(
  random: Random,
  { leaseMs, mischief }: { leaseMs: number; mischief: boolean },
): Invented {
  const is = (kind: keyof typeof ONE_IN): boolean => random.below(ONE_IN[kind]) === 0;
  const takesMs = is('slow') ? random.below(Math.min(3 * leaseMs, MOST_MS)) : random.below(20);
  const failures = mischief && is('hopeless') ? ATTEMPTS : Number(is('failing'));
  const wrong = (['rubbish', 'hang', 'block', 'throttle'] as const).find(
    (kind) => mischief && is(kind),
  );
  if (wrong !== 'hang')
    return { data: { takesMs, failures, mischief: wrong ?? 'none' }, timeout: {} };
  const data = { takesMs: 0, failures: 0, mischief: wrong };
  return { data, timeout: { timeoutMs: HANG_TIMEOUT_MS } };
}
