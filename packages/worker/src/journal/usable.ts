import { InvalidActionError, problemOf, rule, type OptionRule } from '@nooble/errors';

/** Rules for what a handler passes to its context. Their errors are final, as a further attempt would pass the same. */
export const FUNCTION = rule.function;

export const SCHEMA: OptionRule = {
  isValid: (value) => typeof value === 'object' && value !== null && '_zod' in value,
  expected: 'a zod schema',
};

export const INPUT: OptionRule = {
  isValid: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  expected: 'an object with the data of the action',
};

/** Throws InvalidActionError unless the value is valid. */
export function assertUsable(value: unknown, expected: OptionRule, what: string): void {
  if (expected.isValid(value)) return;
  throw new InvalidActionError({ reason: problemOf(what, value, expected) });
}
