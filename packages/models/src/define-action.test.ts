import { InvalidActionError, ValidationError } from '@nooble/errors';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { callbackTypeOf, defineCallback, type CallbackData } from './callback.ts';
import { childFields } from './child-fields.ts';
import { defineAction, type ActionData, type ActionResult } from './define-action.ts';

const generate = defineAction('embedding.generate', {
  data: z.object({ texts: z.array(z.string()), model: z.string().default('local') }),
  result: z.object({ dimensions: z.number() }),
});
const acme = { tenantId: 'acme', tenantTier: 'free' } as const;

describe('an action definition', () => {
  it('makes actions with ids, defaults applied and unknown data dropped', () => {
    const data = { texts: ['a'], secret: 'x' };
    const action = generate.create({ ...acme, data });
    expect(action).toMatchObject({ v: 1, actionType: 'embedding.generate', metadata: {} });
    expect(action.data).toEqual({ texts: ['a'], model: 'local' });
    expect(action.actionId).toMatch(/^[A-Za-z0-9]{21}$/);
    expect(Object.isFrozen(action)).toBe(true);
  });

  it('refuses invalid data, naming every field', () => {
    const data = { texts: [1], model: 2 } as never;
    expect(() => generate.create({ ...acme, data })).toThrow(ValidationError);
    expect(() => generate.create({ ...acme, data })).toThrow(/texts\.0: .*; model: /);
  });

  it('refuses hostile names', () => {
    const data = { texts: [] };
    expect(() => generate.create({ tenantId: 'a:b', tenantTier: 'free', data })).toThrow(
      InvalidActionError,
    );
    expect(() => generate.create({ ...acme, tenantTier: 'gold' as never, data })).toThrow(
      /tenant_tier/,
    );
    expect(() => defineAction('Embedding', { data: z.string() })).toThrow(/action type/);
  });

  it.each<[string, object]>([
    ['an invalid time', { expiresAt: 'garbage' }],
    ['an invalid Date', { expiresAt: new Date(NaN) }],
    ['an empty execution context', { executionContext: {} }],
    ['an execution context that is text', { executionContext: 'agent' }],
    ['no execution context but null', { executionContext: null }],
    ['metadata that is a list', { metadata: [] }],
  ])('refuses %s with an InvalidActionError', (_what, fields) => {
    expect(() => generate.create({ ...acme, data: { texts: [] }, ...fields })).toThrow(
      InvalidActionError,
    );
  });

  it('checks results', () => {
    expect(generate.parseResult({ dimensions: 3 })).toEqual({ dimensions: 3 });
    expect(() => generate.parseResult({})).toThrow('result of "embedding.generate"');
  });

  it('takes any result and any chunk where no schema is given', () => {
    const loose = defineAction('a.b', { data: z.string() });
    expect([loose.parseResult(1), loose.parseChunk('x')]).toEqual([1, 'x']);
  });

  it('infers the types of data and result', () => {
    expectTypeOf<ActionData<typeof generate>>().toEqualTypeOf<{ texts: string[]; model: string }>();
    expectTypeOf<ActionResult<typeof generate>>().toEqualTypeOf<{ dimensions: number }>();
  });
});

describe('a callback definition', () => {
  const callback = defineCallback(generate, 'query');

  it('has the type the queue gives to callbacks by default', () => {
    expect(callback.type).toBe(callbackTypeOf('embedding.generate', 'query'));
    expect(callback).toMatchObject({ type: 'query.embedding.generate.result', domain: 'query' });
  });

  it('checks the result, or carries the error', () => {
    const error = { code: 'STALLED', message: 'gone', retryable: false, http_status: 500 };
    expect(callback.parseData({ status: 'done', result: { dimensions: 3 } })).toEqual({
      status: 'done',
      result: { dimensions: 3 },
    });
    expect(callback.parseData({ status: 'dead', error })).toEqual({ status: 'dead', error });
    expect(() => callback.parseData({ status: 'done', result: {} })).toThrow(ValidationError);
    expect(() => callback.parseData({ status: 'lost' })).toThrow(ValidationError);
    expectTypeOf(callback.parseData({ status: 'dead', error })).toEqualTypeOf<
      CallbackData<{ dimensions: number }>
    >();
  });
});

describe('a callback for an action without a result', () => {
  const callback = defineCallback(
    defineAction('embedding.forget', { data: z.object({}), result: z.void() }),
    'query',
  );

  it('is taken as it comes over the wire, where undefined is absent', () => {
    const data = callback.parseData({ status: 'done', result: undefined });
    expect(callback.parseData(JSON.parse(JSON.stringify(data)))).toEqual({ status: 'done' });
  });

  it('is refused when there is one', () => {
    expect(() => callback.parseData({ status: 'done', result: 1 })).toThrow(ValidationError);
    expect(() => callback.parseData({ status: 'done', result: null })).toThrow(ValidationError);
  });
});

it('a callback without the result that its action must have is refused', () => {
  const callback = defineCallback(generate, 'query');
  expect(() => callback.parseData({ status: 'done' })).toThrow(ValidationError);
});

describe('a child action', () => {
  it('belongs to the same task, session, tenant and trace', () => {
    const metadata = { traceparent: '00-1', note: 'not for children' };
    const parent = generate.create({ ...acme, sessionId: 's', metadata, data: { texts: [] } });
    expect(childFields(parent)).toEqual({
      ...acme,
      taskId: parent.taskId,
      sessionId: 's',
      parentActionId: parent.actionId,
      metadata: { traceparent: '00-1' },
    });
  });
});

it('refuses data that JSON cannot carry where it is made, not where it arrives', () => {
  const ping = defineAction('health.ping', { data: z.undefined() });
  expect(() => ping.create({ tenantId: 'acme', tenantTier: 'free', data: undefined })).toThrow(
    'use null',
  );
});
