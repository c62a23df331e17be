import { ATTEMPTS, type Work } from '../actions.ts';
import type { Random } from '../random.ts';
import { HANG_TIMEOUT_MS } from './mischief.ts';
import type { Orders } from './orders.ts';

/** Of so many actions one is of the kind. */
const ONE_IN = {
  failing: 10,
  hopeless: 200,
  rubbish: 200,
  hang: 300,
  block: 1_500,
  throttle: 50,
};
/** Of so many one is slow. */
const SLOW_ONE_IN = { mixed: 6, long: 2 };
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

/** Work as a seed would have it: most of it good, some outlasting a lease, some bad. */
export function inventWork(
  random: Random,
  { takes, leaseMs, mischief }: Pick<Orders, 'takes' | 'leaseMs' | 'mischief'>,
): Invented {
  if (takes === 'instant') return INSTANT_WORK;
  const is = (kind: keyof typeof ONE_IN): boolean => random.below(ONE_IN[kind]) === 0;
  const isSlow = random.below(SLOW_ONE_IN[takes]) === 0;
  const takesMs = random.below(isSlow ? Math.min(3 * leaseMs, MOST_MS) : 20);
  const failures = mischief && is('hopeless') ? ATTEMPTS : Number(is('failing'));
  const wrong = (['rubbish', 'hang', 'block', 'throttle'] as const).find(
    (kind) => mischief && is(kind),
  );
  if (wrong !== 'hang')
    return { data: { takesMs, failures, mischief: wrong ?? 'none' }, timeout: {} };
  const data = { takesMs: 0, failures: 0, mischief: wrong };
  return { data, timeout: { timeoutMs: HANG_TIMEOUT_MS } };
}
