import { rule, type OptionRule } from './option-rules.ts';
import { quoted } from './text.ts';

/** A rule for each option, so that an option without one does not compile. */
export type OptionRules<Options extends object> = {
  readonly [Name in keyof Options]-?: OptionRule;
};

/** The options of one call or class. */
export interface OptionsCheck<Options extends object> {
  /** The call or class, as in `a worker has no option "leaseMS"`. */
  readonly of: string;
  readonly rules: OptionRules<Options>;
  /** Path of the options in those that contain them, such as `tiers.free.`. @default none */
  readonly prefix?: string;
  /** Creates the error. @default a RangeError */
  readonly refuse?: (reason: string) => Error;
}

/**
 * Returns a copy of the options, each read once, without those that are undefined. Throws one error for all unknown names and
 * wrong values.
 */
export function readOptions<Options extends object>(
  given: Options,
  { of, rules, prefix = '', refuse = asRangeError }: OptionsCheck<Options>,
): Options {
  if (!rule.object.isValid(given)) {
    throw refuse(`cannot use ${quoted(given)} as options of ${of}: expected an object`);
  }
  const { options, problems } = readKnown(given, rules, prefix);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(rules, name)) continue;
    const known = Object.keys(rules).join(', ');
    problems.push(`${of} has no option ${quoted(name)}, only ${known}`);
  }
  if (problems.length > 0) throw refuse(problems.join('; '));
  return options;
}

/**
 * Returns a copy of the fields that have a rule, each read once, without those that are undefined, and a description of each wrong
 * value. For objects that may have other fields, such as rows of a database.
 */
export function readKnown<Options extends object>(
  given: Options,
  rules: OptionRules<Options>,
  prefix = '',
): { options: Options; problems: string[] } {
  const options: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name in rules) {
    const value: unknown = given[name];
    if (value === undefined) continue;
    options[name] = value;
    if (!rules[name].isValid(value)) problems.push(problemOf(prefix + name, value, rules[name]));
  }
  return { options: options as Options, problems };
}

/** Throws RangeError unless the value is valid. */
export function checkOption(name: string, value: unknown, expected: OptionRule): void {
  if (!expected.isValid(value)) throw asRangeError(problemOf(name, value, expected));
}

/** Returns `cannot use 0 as attempts: expected a whole number of at least 1`. */
export function problemOf(name: string, value: unknown, { expected }: OptionRule): string {
  return `cannot use ${quoted(value)} as ${name}: expected ${expected}`;
}

function asRangeError(reason: string): RangeError {
  return new RangeError(reason.charAt(0).toUpperCase() + reason.slice(1));
}
