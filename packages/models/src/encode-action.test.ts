import { InvalidActionError, isNoobleError } from '@nooble/errors';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from './define-action.ts';
import type { DomainAction } from './domain-action.ts';
import { encodeAction, reviseAction, sealAction } from './encode-action.ts';
import { decodeAction } from './envelope.ts';
import { createCollectionContext } from './execution-context.ts';

const any = defineAction('hello.any', { data: z.any() });
const acme = { tenantId: 'acme', tenantTier: 'free' } as const;

/** An action that has not been validated. */
function unchecked(fields: object = {}): DomainAction {
  return { ...any.create({ ...acme, data: null }), ...fields };
}

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

/** Values that have no JSON. */
const UNCARRIED: readonly (readonly [string, unknown])[] = [
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
  ['an object whose toJSON returns undefined', { toJSON: () => undefined }],
  ['a BigInt', 1n],
  ['a BigInt inside', { deep: [1n] }],
  ['an object that contains itself', cyclic],
  ['an object whose toJSON throws', { toJSON: () => expect.fail('on purpose') }],
  [
    'an object whose getter throws',
    Object.defineProperty({}, 'x', { enumerable: true, get: fail }),
  ],
];

function fail(): never {
  throw new TypeError('on purpose');
}

describe('data', () => {
  it.each(UNCARRIED)('that is %s is refused where the action is made', (_what, data) => {
    expect(() => any.create({ ...acme, data })).toThrow(InvalidActionError);
    expect(() => sealAction(unchecked({ data }))).toThrow(InvalidActionError);
    expect(() => encodeAction(unchecked({ data }))).toThrow(InvalidActionError);
  });

  it('that is undefined is refused', () => {
    expect(() => any.create({ ...acme, data: undefined })).toThrow('its data is undefined');
  });

  it.each([
    ['NaN', Number.NaN, null],
    [
      'Infinity and holes in lists',
      [1 / 0, ...Array.from({ length: 1 }), () => 1],
      [null, null, null],
    ],
    ['what is undefined inside', { a: undefined, b: () => 1, c: 1 }, { c: 1 }],
    ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['half an emoji', '\ud83d', '\ud83d'],
  ])('that is %s travels as JSON writes it', (_what, data, received) => {
    const action = any.create({ ...acme, data });
    expect(decodeAction(encodeAction(action)).data).toEqual(received);
  });

  it('is sent as it was checked, whatever becomes of it', () => {
    let asked = 0;
    const data = { text: 'checked', count: { toJSON: () => (asked += 1) } };
    const action = any.create({ ...acme, data });
    data.text = 'changed';
    const child = reviseAction(action, { taskId: 'other' });
    for (const each of [action, child, sealAction(action)]) {
      expect(decodeAction(encodeAction(each)).data).toEqual({ text: 'checked', count: 1 });
    }
    expect(decodeAction(encodeAction(child)).taskId).toBe('other');
  });
});

describe('the other fields', () => {
  it.each(UNCARRIED)('are refused where they hold %s', (_what, value) => {
    const text = { sessionId: value, actionId: value, callbackQueue: value };
    for (const [name, each] of Object.entries({
      ...text,
      metadata: value,
      executionContext: value,
    }))
      expect(() => sealAction(unchecked({ [name]: each })), name).toThrow(InvalidActionError);
  });

  it('are checked in the form in which they are sent', () => {
    const twoFaced = { toJSON: () => 'acme', toString: () => 'globex' };
    expect(() => sealAction(unchecked({ tenantId: twoFaced }))).toThrow(/tenant_id/);
    expect(() => sealAction(unchecked({ metadata: { toJSON: () => [] } }))).toThrow(/metadata/);
  });

  it('are sent as they were checked', () => {
    const executionContext = { ...createCollectionContext({ ...acme, collections: [] }) };
    const metadata = { traceparent: '00-1' };
    const action = any.create({ ...acme, data: 1, executionContext, metadata });
    const text = encodeAction(action);
    Object.assign(executionContext, { tenantId: 'globex' });
    Object.assign(metadata, { traceparent: 1n });
    expect(encodeAction(sealAction(action))).toBe(text);
    expect(decodeAction(text)).toEqual(action);
    expect(() => sealAction({ ...action, executionContext })).toThrow('differs from its tenant_id');
  });

  it.each([null, undefined, 'text', 5, Proxy.revocable({}, {})])(
    'of what is no action at all (%o) are refused with a typed error',
    (given) => {
      try {
        sealAction(given as never);
        expect.fail('It was accepted');
      } catch (error) {
        expect(isNoobleError(error) && error.code).toBe('INVALID_ACTION');
      }
    },
  );
});
