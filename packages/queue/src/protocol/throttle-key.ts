import { InvalidActionError, problemOf, type OptionRule } from '@nooble/errors';

const PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@/:-]{0,127}$/;

/** Rule of a throttle key: the name of a resource with a limit, such as `openai/gpt-4o`. */
export const THROTTLE_KEY_RULE: OptionRule = {
  isValid: (value) => typeof value === 'string' && PATTERN.test(value),
  expected: `a throttle key that matches ${PATTERN.source}`,
};

/** Throws InvalidActionError unless the value is a valid throttle key. */
export function assertThrottleKey(value: unknown): asserts value is string {
  if (THROTTLE_KEY_RULE.isValid(value)) return;
  throw new InvalidActionError({ reason: problemOf('key', value, THROTTLE_KEY_RULE) });
}
