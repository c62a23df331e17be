import { isNoobleError } from '@nooble/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from './define-action.ts';
import { encodeAction, sealAction } from './encode-action.ts';
import { decodeAction } from './envelope.ts';
import { createAgentContext } from './execution-context.ts';

const generate = defineAction('embedding.generate', { data: z.object({ text: z.string() }) });
const acme = { tenantId: 'acme', tenantTier: 'free', data: { text: 'hello' } } as const;

/** The envelope of a plain action with fields replaced, as another service might send it. */
function wire(fields: Record<string, unknown> = {}): string {
  const envelope = JSON.parse(encodeAction(generate.create(acme))) as object;
  return JSON.stringify({ ...envelope, ...fields });
}

function refusal(json: string): string {
  try {
    decodeAction(json);
  } catch (error) {
    if (isNoobleError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error('It was accepted');
}

describe('the envelope on the wire', () => {
  it('is snake_case JSON, absent rather than null', () => {
    const action = generate.create({ ...acme, actionId: 'a1', taskId: 't1', timeoutMs: 500 });
    expect(JSON.parse(encodeAction(action))).toEqual({
      v: 1,
      action_id: 'a1',
      action_type: 'embedding.generate',
      task_id: 't1',
      tenant_id: 'acme',
      tenant_tier: 'free',
      data: { text: 'hello' },
      metadata: {},
      timeout_ms: 500,
      created_at: action.createdAt,
    });
  });

  it('gives back every field of an action', () => {
    const action = generate.create({
      ...acme,
      sessionId: 's1',
      sequence: 'session',
      callbackQueue: 'query:acme:free',
      callbackType: 'query.embedded',
      executionContext: createAgentContext({ ...acme, agentId: 'writer', collections: ['docs'] }),
      metadata: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      parentActionId: 'p1',
      timeoutMs: 1000,
      expiresAt: new Date(0),
    });
    expect(decodeAction(encodeAction(action))).toEqual(action);
  });

  it('keeps fields it does not know, in the envelope and in the execution context', () => {
    const context = {
      context_id: 'c1',
      context_type: 'workflow',
      tenant_id: 'acme',
      tenant_tier: 'free',
      agents: [],
      collections: [],
      metadata: {},
      created_at: '2026-01-01T00:00:00Z',
      region: 'eu',
    };
    const json = wire({ shard: 7, execution_context: context });
    expect(JSON.parse(encodeAction(decodeAction(json)))).toEqual(JSON.parse(json));
  });

  it.each([
    ['tenant_id', { tenantId: 'globex' }],
    ['tenant_tier', { tenantTier: 'enterprise' }],
  ] as const)('refuses an execution context of another %s', (name, foreign) => {
    const context = createAgentContext({ ...acme, agentId: 'writer', ...foreign });
    const reason = `execution_context.${name} differs from its ${name}`;
    expect(() => generate.create({ ...acme, executionContext: context })).toThrow(reason);
    const own = createAgentContext({ ...acme, agentId: 'writer' });
    const action = generate.create({ ...acme, executionContext: own });
    const json = encodeAction({ ...action, executionContext: context });
    expect(refusal(json)).toContain(reason);
  });

  it('treats __proto__ as a plain field', () => {
    const json = wire().replace('{', '{"__proto__":{"admin":true},');
    const action = decodeAction(json);
    expect(action).not.toHaveProperty('admin');
    expect(Object.prototype).not.toHaveProperty('admin');
    expect(encodeAction(action)).toContain('"__proto__":{"admin":true}');
  });

  it('treats __proto__ as a plain field of metadata as well', () => {
    const json = wire().replace('"metadata":{', '"metadata":{"__proto__":{"admin":true}');
    const action = decodeAction(json);
    expect(action.metadata).not.toHaveProperty('admin');
    expect(encodeAction(action)).toContain('"metadata":{"__proto__":{"admin":true}}');
    expect(encodeAction(sealAction(action))).toContain('"metadata":{"__proto__":{"admin":true}}');
  });

  it('survives any JSON as data and any unknown fields', () => {
    const names = fc.string().filter((name) => !(name in envelopeNames));
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(names, fc.jsonValue()), (data, extra) => {
        const json = wire({ ...extra, data });
        expect(JSON.parse(encodeAction(decodeAction(json)))).toEqual(JSON.parse(json));
      }),
    );
  });

  const envelopeNames = JSON.parse(wire()) as Record<string, unknown>;

  it.each([
    ['text that is not JSON', 'nonsense', /not JSON/],
    ['a JSON array', '[]', /not a JSON object/],
    ['an envelope of version 2', wire({ v: 2 }), /v: /],
    ['an unknown tier', wire({ tenant_tier: 'gold' }), /tenant_tier/],
    ['a tenant that tries to leave its key', wire({ tenant_id: 'a:{b}' }), /tenant_id/],
    ['a domain that tries to leave its key', wire({ action_type: 'a}:x.b' }), /action_type/],
    [
      'a type of action that is too long',
      wire({ action_type: `a.${'b'.repeat(200)}` }),
      /action_type/,
    ],
    ['an invalid inbox', wire({ reply_to: 'inbox:{x}' }), /reply_to/],
    ['a callback queue and more', wire({ callback_queue: 'query:acme:free\n' }), /callback_queue/],
    ['an id with a colon', wire({ action_id: 'a:b' }), /action_id/],
    ['an id that is an object', wire({ action_id: { toString: 1 } }), /action_id/],
    ['a queue that is an object', wire({ callback_queue: { toString: 1 } }), /callback_queue/],
    ['half an emoji as a task', wire({ task_id: '\ud83d' }), /task_id: .*well-formed/],
    ['half an emoji as a session', wire({ session_id: '\ude00' }), /session_id: .*well-formed/],
    ['an invalid callback queue', wire({ callback_queue: 'query:acme' }), /callback_queue/],
    ['half an emoji as a sequence', wire({ sequence: '\ud83d' }), /sequence: .*well-formed/],
    ['an empty sequence', wire({ sequence: '' }), /sequence: /],
    ['a sequence that is too long', wire({ sequence: 'x'.repeat(257) }), /sequence: /],
    ['a sequence that is an object', wire({ sequence: { toString: 1 } }), /sequence: /],
    ['the sequence of no session', wire({ sequence: 'session' }), /no session_id/],
    ['null where a field should be absent', wire({ session_id: null }), /session_id/],
    ['a timeout of zero', wire({ timeout_ms: 0 }), /timeout_ms/],
    ['a time without a zone', wire({ expires_at: '2026-01-01T00:00:00' }), /expires_at/],
    ['no data', wire({ data: undefined }), /data: /],
    [
      'two ways to answer',
      wire({ callback_queue: 'query:acme:free', reply_to: 'inbox:x' }),
      /exclude each other/,
    ],
  ])('refuses %s', (_what, json, message) => {
    expect(refusal(json)).toMatch(/^INVALID_ACTION /);
    expect(refusal(json)).toMatch(message);
  });

  it('never throws anything but an InvalidActionError for text it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((v) => wire({ metadata: v })),
        ),
        (json) => {
          try {
            decodeAction(json);
          } catch (error) {
            expect(isNoobleError(error) && error.code).toBe('INVALID_ACTION');
          }
        },
      ),
    );
  });
});
