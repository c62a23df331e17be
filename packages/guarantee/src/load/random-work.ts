import type { Random } from '../schedule/random.ts';
import { ATTEMPTS, type Work } from './actions.ts';
import { HANG_TIMEOUT_MS } from './handler-behaviour.ts';
import type { ProgramOptions } from './program-options.ts';

/** One action in this number is of the kind. */
const ONE_IN = {
  failing: 10,
  hopeless: 200,
  'invalid-result': 200,
  hang: 300,
  block: 1_500,
  throttle: 50,
};
/** One action in this number is slow. */
const SLOW_ONE_IN = { mixed: 6, long: 2 };
/** Maximum duration of a slow action (ms). */
const MAX_SLOW_MS = 1_500;

interface RandomWork {
  readonly data: Work;
  readonly timeout: { readonly timeoutMs?: number };
}

export const INSTANT_WORK: RandomWork = {
  data: { takesMs: 0, failures: 0, behaviour: 'normal' },
  timeout: {},
};

/** Returns work from the seed: mostly normal, some longer than a lease, some faulty. */
export function randomWork(
  random: Random,
  { takes, leaseMs, faultyHandlers }: Pick<ProgramOptions, 'takes' | 'leaseMs' | 'faultyHandlers'>,
): RandomWork {
  if (takes === 'instant') return INSTANT_WORK;
  const is = (kind: keyof typeof ONE_IN): boolean => random.below(ONE_IN[kind]) === 0;
  const isSlow = random.below(SLOW_ONE_IN[takes]) === 0;
  const takesMs = random.below(isSlow ? Math.min(3 * leaseMs, MAX_SLOW_MS) : 20);
  const failures = faultyHandlers && is('hopeless') ? ATTEMPTS : Number(is('failing'));
  const faulty = (['invalid-result', 'hang', 'block', 'throttle'] as const).find(
    (kind) => faultyHandlers && is(kind),
  );
  if (faulty !== 'hang')
    return { data: { takesMs, failures, behaviour: faulty ?? 'normal' }, timeout: {} };
  const data = { takesMs: 0, failures: 0, behaviour: faulty };
  return { data, timeout: { timeoutMs: HANG_TIMEOUT_MS } };
}
