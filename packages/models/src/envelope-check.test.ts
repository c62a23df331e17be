import { InvalidActionError } from '@nooble/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBySchema, checkEnvelope, envelopeSchema, isUsual } from './envelope-check.ts';
import { MAX_TYPE_LENGTH } from './names.ts';
import { TIERS } from './tiers.ts';

const ODD = [undefined, null, 0, 1, true, '', [], {}, ['free'], Object.create(null), new Date(0)];
const odd = fc.oneof(fc.constantFrom<unknown>(...ODD), fc.jsonValue());

/** A valid name, one of the longest valid and the shortest invalid length, and one with a character out of place. */
function names(valid: string, length: number): fc.Arbitrary<string> {
  const long = fc
    .constantFrom(length - 1, length, length + 1)
    .map((total) => valid.padEnd(total, 'x'));
  const character = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), units);
  const spoiled = fc
    .tuple(character, fc.nat(valid.length))
    .map(([each, at]) => valid.slice(0, at) + each + valid.slice(at));
  return mostly(fc.constant(valid), fc.oneof(long, spoiled));
}

/** Single UTF-16 units, lone surrogates among them. */
const units = fc.oneof(
  fc.constantFrom('\n', ' ', ':', '{', '.', '\ud83d', '\ude00', '__proto__'),
  fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
);

function mostly<A, B>(usual: fc.Arbitrary<A>, rare: fc.Arbitrary<B>): fc.Arbitrary<A | B> {
  return fc.oneof({ weight: 2, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

const times = mostly(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    '2026-02-30T00:00:00Z',
    '2024-02-29T00:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00Z',
    '2026-01-01T00:00:00+01:00',
    '2026-01-01T24:00:00Z',
    '2026-01-01t00:00:00Z',
    '2026-01-01T00:00:00.123456789Z\n',
  ),
);

const metadata = fc.dictionary(
  mostly(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString')),
  fc.jsonValue(),
  { noNullPrototype: true },
);

const timeouts = mostly(
  fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  fc.constantFrom(0, -1, 0.5, 2 ** 31 - 1, 2 ** 31, Number.NaN, 1 / 0, '5'),
);

const context = {
  context_id: 'c1',
  context_type: 'workflow',
  tenant_id: 'acme',
  tenant_tier: 'free',
  agents: [],
  collections: [],
  metadata: {},
  created_at: '2026-01-01T00:00:00Z',
};

function field<T>(values: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return mostly(values, odd);
}

function optional<T>(values: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return mostly(fc.oneof(fc.constant(undefined), fc.constant(undefined), values), odd);
}

/** Usual and odd values of each field. */
const fields: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  v: field(fc.constant(1)),
  action_id: field(names('a1', 128)),
  action_type: field(names('embedding.generate', MAX_TYPE_LENGTH)),
  task_id: field(names('task', 256)),
  tenant_id: field(names('acme', 128)),
  tenant_tier: field(fc.constantFrom(...TIERS)),
  session_id: optional(names('s1', 256)),
  sequence: optional(mostly(names('s1', 256), fc.constant('session'))),
  callback_queue: optional(names('query:acme:free', 128)),
  callback_type: optional(names('query.done', MAX_TYPE_LENGTH)),
  reply_to: optional(names('inbox:x', 134)),
  execution_context: mostly(fc.constant(undefined), fc.constantFrom<unknown>(context, {}, null)),
  data: mostly(fc.jsonValue(), fc.constant(undefined)),
  metadata: field(metadata),
  parent_action_id: optional(names('p1', 128)),
  timeout_ms: optional(timeouts),
  expires_at: optional(times),
  created_at: field(times),
  shard: fc.constantFrom(undefined, 7),
};

const complete = fc.record({
  v: fc.constant(1),
  action_id: fc.constant('a1'),
  action_type: fc.constant('embedding.generate'),
  task_id: fc.constant('t1'),
  tenant_id: fc.constant('acme'),
  tenant_tier: fc.constantFrom(...TIERS),
  data: fc.jsonValue(),
  metadata,
  created_at: fc.constant('2026-01-01T00:00:00.000Z'),
});

/** Envelopes with a few fields replaced; about half are valid. */
const nearlyValid = fc
  .tuple(
    complete,
    fc.uniqueArray(fc.oneof(...Object.entries(fields).map(namedValue)), {
      maxLength: 2,
      selector: ([name]) => name,
    }),
  )
  .map(([sound, replaced]) => ({ ...sound, ...Object.fromEntries(replaced) }));

function namedValue([name, values]: [string, fc.Arbitrary<unknown>]) {
  return fc.tuple(fc.constant(name), values);
}

/** Known fields, without those that are undefined; `__proto__` of the metadata, which zod drops, is a plain field. */
function known(envelope: object): object {
  const entries = Object.entries(envelope).filter(
    ([name, value]) => name in envelopeSchema.shape && value !== undefined,
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name === 'metadata' ? withoutProto(value) : value]),
  );
}

function withoutProto(value: unknown): unknown {
  return Object.fromEntries(
    Object.entries(value as object).filter(([name]) => name !== '__proto__'),
  );
}

function outcomeOf(check: (raw: object) => object, raw: object): object | string {
  try {
    return known(check(raw));
  } catch (error) {
    if (error instanceof InvalidActionError) return error.message;
    throw error;
  }
}

describe('the quick check of an envelope', () => {
  it('accepts only what the schema accepts, with the same output', () => {
    let accepted = 0;
    fc.assert(
      fc.property(nearlyValid, (raw) => {
        if (!isUsual(raw)) return;
        accepted += 1;
        expect(outcomeOf(checkBySchema, raw)).toEqual(known(raw));
      }),
      { numRuns: 1000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('changes no result and no error', () => {
    const refusals = new Set<unknown>();
    fc.assert(
      fc.property(nearlyValid, (raw) => {
        const outcome = outcomeOf(checkEnvelope, raw);
        expect(outcome).toEqual(outcomeOf(checkBySchema, raw));
        if (typeof outcome === 'string') refusals.add(outcome);
      }),
      { numRuns: 1000 },
    );
    expect(refusals.size).toBeGreaterThan(20);
  });

  it('accepts every valid envelope that comes as JSON, without an execution context', () => {
    fc.assert(
      fc.property(nearlyValid, (envelope) => {
        const raw = JSON.parse(JSON.stringify(envelope)) as Record<string, unknown>;
        if (typeof outcomeOf(checkBySchema, raw) === 'string') return;
        expect(isUsual(raw)).toBe(raw['execution_context'] === undefined);
      }),
      { numRuns: 1000 },
    );
  });
});
