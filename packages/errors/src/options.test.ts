import { expect, it } from 'vitest';
import { rule } from './option-rules.ts';
import { checkOption, readOptions, type OptionsCheck } from './options.ts';

interface Options {
  readonly attempts?: number;
  readonly waitMs?: number;
  readonly mode?: 'strict' | 'weighted';
  readonly isQuiet?: boolean;
  readonly onEnd?: () => void;
  readonly tag?: unknown;
}

const CHECK: OptionsCheck<Options> = {
  of: 'a test',
  rules: {
    attempts: rule.whole(1, 16),
    waitMs: rule.duration,
    mode: rule.oneOf('strict', 'weighted'),
    isQuiet: rule.boolean,
    onEnd: rule.function,
    tag: rule.anything,
  },
};

it('returns the given options without those that are undefined', () => {
  const given = { attempts: 3, waitMs: undefined, mode: 'strict', tag: null };
  const options = readOptions(given as never, CHECK);
  expect(Object.entries(options)).toEqual([
    ['attempts', 3],
    ['mode', 'strict'],
    ['tag', null],
  ]);
});

it('reads an option once, and one that is inherited as well', () => {
  let reads = 0;
  class Given {
    get attempts(): number {
      reads += 1;
      return reads;
    }
  }
  expect(readOptions(new Given(), CHECK)).toEqual({ attempts: 1 });
});

it('reports every wrong option at once', () => {
  const given = { attempts: 'x 3', waitMs: -1, mode: 'lax', isQuiet: 0, onEnd: 'log', atempts: 2 };
  expect(() => readOptions(given as never, CHECK)).toThrow(
    new RangeError(
      'Cannot use "x 3" as attempts: expected a whole number from 1 to 16; ' +
        'cannot use -1 as waitMs: expected a number of ms from 0 to 31622400000; ' +
        'cannot use "lax" as mode: expected "strict" or "weighted"; ' +
        'cannot use 0 as isQuiet: expected true or false; ' +
        'cannot use "log" as onEnd: expected a function; ' +
        'a test has no option "atempts", only attempts, waitMs, mode, isQuiet, onEnd, tag',
    ),
  );
});

it.each([
  ['toString', 'A test has no option "toString"'],
  ['__proto__', 'A test has no option "__proto__"'],
])('refuses the name %s, which every object inherits', (name, message) => {
  const given = Object.fromEntries([[name, 5]]);
  expect(() => readOptions(given, CHECK)).toThrow(message);
});

it.each([null, 5, 'attempts', [], () => undefined])('refuses %o as options', (given) => {
  expect(() => readOptions(given as never, CHECK)).toThrow(/as options of a test: expected an obj/);
});

it('throws what `refuse` makes of the reason', () => {
  const check = { ...CHECK, refuse: (reason: string) => new TypeError(`Invalid: ${reason}`) };
  expect(() => readOptions({ attempts: 0 }, check)).toThrow(
    new TypeError('Invalid: cannot use 0 as attempts: expected a whole number from 1 to 16'),
  );
});

it('checks a single value under its name', () => {
  expect(() => checkOption('limit', 0, rule.whole(1))).toThrow(
    new RangeError('Cannot use 0 as limit: expected a whole number of at least 1'),
  );
  expect(() => checkOption('limit', undefined, rule.whole(1))).toThrow('Cannot use undefined');
});

/** Values that `Number()` converts to 5, or that are not finite. */
const NO_NUMBERS = ['5', ' 5', true, [5], null, 5n, { valueOf: () => 5 }, NaN, Infinity];

it.each(NO_NUMBERS)('no rule for a number accepts %o', (value) => {
  const rules = [rule.whole(0), rule.whole(0, 9), rule.number(0, 9), rule.duration];
  expect(rules.filter(({ isValid }) => isValid(value))).toEqual([]);
});

it.each([
  [rule.whole(0), [0, 1, 2 ** 53 - 1], [-1, 0.5, 2 ** 53]],
  [rule.whole(30, 60), [30, 60], [29, 61, 30.5]],
  [rule.number(0.5, 2), [0.5, 1, 2], [0.4, 2.1]],
  [rule.duration, [0, 0.5, 366 * 86_400_000], [-1, 366 * 86_400_000 + 1]],
])('%o', ({ isValid }, valid, invalid) => {
  expect(valid.filter((value) => !isValid(value))).toEqual([]);
  expect(invalid.filter((value) => isValid(value))).toEqual([]);
});
