import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { ValidationError } from '@nooble/errors';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { defineCallback } from './callback.ts';
import { defineAction } from './define-action.ts';
import { parseWith } from './validation.ts';

const acme = { tenantId: 'acme', tenantTier: 'free' } as const;

const throwing: [string, z.ZodType][] = [
  ['a transform that throws', z.string().transform((text) => JSON.parse(text) as unknown)],
  ['a refinement that throws', z.string().refine((text) => new URL(text).host !== '')],
  ['a preprocess that throws', z.preprocess((text) => JSON.parse(String(text)), z.string())],
  ['a message that throws', z.number({ error: () => JSON.parse('no') as string })],
  ['a transform that throws inside a list', z.tuple([z.string()]).or(z.string().transform(fail))],
  [
    'a codec that throws',
    z.codec(z.string(), z.number(), { decode: fail as () => number, encode: String }),
  ],
];

const asynchronous: [string, z.ZodType][] = [
  ['an async refinement', z.string().refine(async () => true)],
  ['an async refinement that rejects', z.string().refine(async () => fail())],
  ['an async transform', z.string().transform(async (text) => text)],
  ['an async transform that rejects', z.string().transform(async () => fail())],
  ['z.promise', z.promise(z.string())],
  [
    'an async field',
    z.string().pipe(
      z.preprocess(
        (text) => text,
        z.string().refine(async () => false),
      ),
    ),
  ],
];

function fail(): never {
  throw new RangeError('quotes a secret');
}

function errorOf(run: () => unknown): ValidationError {
  try {
    run();
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown');
}

describe('a schema that throws or is asynchronous', () => {
  const whole = new Map([...throwing, ...asynchronous]);

  it.each([...whole])('is a ValidationError wherever a definition parses: %s', (_what, schema) => {
    const definition = defineAction('a.b', { data: schema, result: schema, chunk: schema });
    const callback = defineCallback(definition, 'c');
    for (const parse of [
      () => definition.create({ ...acme, data: 'text' }),
      () => definition.parseData('text'),
      () => definition.parseResult('text'),
      () => definition.parseChunk('text'),
      () => callback.parseData({ status: 'done', result: 'text' }),
    ]) {
      expect(errorOf(parse)).toMatchObject({ code: 'VALIDATION', retryable: false });
    }
  });

  it.each(throwing)('says so, and not what it said: %s', (_what, schema) => {
    const error = errorOf(() => parseWith(schema, 'a secret', 'data of "a.b"'));
    const { message } = error;
    expect(inspect(error, { depth: null })).not.toContain('secret');
    expect((error.cause as Error).stack).toMatch(/^\w+\n {4}at /);
    expect(message).toMatch(
      /^Invalid data of "a.b": its schema threw \w+ instead of reporting an issue$/,
    );
  });

  it.each(asynchronous)('says that it must be synchronous: %s', (_what, schema) => {
    const { message } = errorOf(() => parseWith(schema, 'text', 'data of "a.b"'));
    expect(message).toContain('its schema is asynchronous; use a synchronous schema');
  });

  it('leaves no rejection behind that would end the process', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    onTestFinished(() => void process.off('unhandledRejection', listener));
    for (const [, schema] of asynchronous) errorOf(() => parseWith(schema, 'text', 'data'));
    await setImmediate();
    await setImmediate();
    expect(unhandled).toEqual([]);
  });

  it('keeps the words of a ValidationError that it throws', () => {
    const inner = new ValidationError({ what: 'model', issues: [{ path: 'id', message: 'odd' }] });
    const schema = z.string().transform(() => {
      throw inner;
    });
    expect(errorOf(() => parseWith(schema, 'text', 'data'))).toBe(inner);
  });

  it('does not hinder the synchronous ones', () => {
    const schema = z.object({
      at: z.string().transform((text) => text.length),
      list: z.array(z.string().refine((text) => text !== '')).default([]),
    });
    expect(parseWith(schema, { at: 'abc' }, 'data')).toEqual({ at: 3, list: [] });
  });
});

describe('the issues of a ValidationError', () => {
  it('are the first twenty, and how many more there are', () => {
    const values = Array.from({ length: 5_000 }, () => 'x');
    const { details, message } = errorOf(() => parseWith(z.array(z.number()), values, 'data'));
    expect(details['issues']).toHaveLength(21);
    expect(message).toMatch(/; and 4980 more$/);
  });

  it('are short, whatever the schema says', () => {
    const schema = z.record(z.string(), z.number({ error: () => 'no'.repeat(9_000) }));
    const { message } = errorOf(() => parseWith(schema, { ['k'.repeat(9_000)]: 'x' }, 'data'));
    expect(message.length).toBeLessThan(500);
  });

  it.each<[string, PropertyKey | object, string]>([
    ['symbols', Symbol('odd'), 'Symbol(odd)'],
    ['objects', Object.create(null) as object, 'an object'],
  ])('may have %s in their path', (_what, segment, path) => {
    const schema = z.string().superRefine((_text, ctx) => {
      ctx.addIssue({ code: 'custom', path: ['a', segment as PropertyKey], message: 'no' });
    });
    expect(errorOf(() => parseWith(schema, 'text', 'data')).details).toMatchObject({
      issues: [{ path: `a.${path}`, message: 'no' }],
    });
  });
});
