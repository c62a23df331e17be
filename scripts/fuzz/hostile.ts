import fc from 'fast-check';

/** Names with a meaning in JavaScript. */
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'toJSON', 'valueOf', 'then'];
const CONTROLS = ['', ' ', '\0', '\n', '\r\n', '\u001b]52;c;aGk=\u0007', '\ufeff', '\u202e'];
const CHARACTERS = ['\ud800', '\udc00', 'a\ud83d', '\ude00b', '😀', '🇹🇭', 'e\u0301', '👩‍👩‍👧‍👦'];
const MARKS = ['a:b', '{a}', '*', '/', '\\', '@', '#', '?', '%', '%zz', '%00', '-'];
const NEAR_NUMBERS = ['-1', '0', '5 ', '0x10', '1e400', 'NaN'];
const OURS = ['acme', 'free', 'embedding', 'embedding.generate', 'query:acme:free', 'inbox:x'];
const TIMES = ['2026-11-27T09:30:00Z', '2026-02-30T00:00:00Z', 'x 3'];
const LONG = ['x'.repeat(300), 'é'.repeat(129)];
const WORDS = [NAMES, CONTROLS, CHARACTERS, MARKS, NEAR_NUMBERS, OURS, TIMES, LONG].flat();
const NUMBERS = [0, -0, 1, -1, 0.1, 1e-7, 5e-324, 1e21, 1.7e308, -1e308, NaN, 1 / 0];
const LIMITS = [2 ** 31, 2 ** 53, -(2 ** 53), 8.64e15, 8.64e15 + 1, 253_402_300_800_000];

/** Any text: control characters, lone surrogates, and names with a meaning. */
export const text = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  // `binary` contains only whole code points.
  fc.array(fc.nat(0xffff), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
);

export const number = fc.oneof(fc.constantFrom(...NUMBERS, ...LIMITS), fc.double(), fc.integer());

const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));

/** `Object.fromEntries` defines properties, so `__proto__` becomes an ordinary property. */
function objectsOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const name = fc.oneof(fc.constantFrom(...NAMES), text);
  return fc.array(fc.tuple(name, values), { maxLength: 4 }).map((each) => Object.fromEntries(each));
}

/** Any JSON value, including nested lists, a `toString` that is a number, and `__proto__`. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    objectsOf(tie('value')),
  ),
})).value;

function thrower(): never {
  throw new TypeError('on purpose');
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Objects that run code or throw when they are inspected. */
const ODDITIES: readonly (() => unknown)[] = [
  () => undefined,
  () => thrower,
  () => Symbol('x'),
  () => 2n ** 70n,
  () => new Date(Number.NaN),
  () => new Date(-1),
  () => Object.create(Date.prototype) as unknown,
  () => Object.create(null) as unknown,
  () => new Map([[1, 2]]),
  () => new Error('\ud800'),
  () => Object.assign(new Error(), { message: { toString: thrower } }),
  () => Array.from({ length: 3 }),
  () => revoked(),
  () => new Proxy({}, { get: thrower, ownKeys: thrower, getPrototypeOf: thrower }),
  () => Object.defineProperty({}, 'data', { enumerable: true, get: thrower }),
  () => ({ toJSON: () => undefined }),
  () => ({ toJSON: thrower }),
  () => ({ toString: thrower, valueOf: thrower }),
  () => ({ toString: () => 'acme', toJSON: () => 'globex' }),
  () => ({ [Symbol.toPrimitive]: () => 5 }),
  () => cycle(),
];

function cycle(): unknown {
  const list: unknown[] = [];
  list.push({ list });
  return list;
}

/** Creates a value inside a test, because fast-check inspects the values it generates. */
export type Made<T = unknown> = () => T;

const known = json.map(
  (each): Made =>
    () =>
      each,
);
const odd: fc.Arbitrary<Made> = fc.constantFrom(...ODDITIES);

/** Any value that a caller may pass. */
export const value: fc.Arbitrary<Made> = fc.oneof(
  { weight: 3, arbitrary: known },
  { weight: 2, arbitrary: odd },
  {
    weight: 1,
    arbitrary: objectsOf(odd).map(
      (object): Made =>
        () =>
          made(object),
    ),
  },
);

/** Replaces each function of an object by its result. */
function made(object: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(object).map(([name, make]) => [name, (make as Made)()]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Returns a valid object with some fields replaced and others added. */
export function spoiled(
  sound: object,
  fields: fc.Arbitrary<Made> = known,
): fc.Arbitrary<Made<Record<string, unknown>>> {
  const name = fc.oneof(fc.constantFrom(...Object.keys(sound)), text);
  return fc
    .array(fc.tuple(name, fields), { maxLength: 3 })
    .map((others) => () => ({ ...sound, ...made(Object.fromEntries(others)) }));
}
