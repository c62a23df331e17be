import { isDeepStrictEqual } from 'node:util';
import {
  createWorkflowContext,
  decodeAction,
  defineAction,
  encodeAction,
  formatQueueName,
  parseInboxName,
  parseQueueName,
  sealAction,
  assertActionId,
  assertActionType,
  assertDomain,
  assertTenantId,
  isActionId,
  isActionType,
  isDomain,
  isTenantId,
} from '../../packages/models/src/index.ts';
import fc from 'fast-check';
import { expect } from 'vitest';
import { z } from 'zod';
import { fuzz, resultOr } from './fuzz.ts';
import { json, spoiled, text, value } from './hostile.ts';

const any = defineAction('embedding.generate', { data: z.any() });
const acme = { tenantId: 'acme', tenantTier: 'free' } as const;
const action = any.create({
  ...acme,
  data: null,
  sessionId: 's',
  callbackQueue: 'query:acme:free',
  callbackType: 'query.done',
  parentActionId: 'p',
  timeoutMs: 5,
  expiresAt: new Date(1e12),
  executionContext: createWorkflowContext({ ...acme, agents: ['a'], primaryAgentId: 'a' }),
});
const envelope = JSON.parse(encodeAction(action)) as object;

/** Returns the value after a round trip through JSON, which turns `-0` into 0. */
function carried(something: unknown): unknown {
  return JSON.parse(JSON.stringify(something)) as unknown;
}

fuzz(
  'an envelope is decoded and encoded again unchanged, or refused',
  fc.oneof(
    text,
    json.map((each) => JSON.stringify(each)),
    spoiled(envelope).map((make) => JSON.stringify(make())),
  ),
  (wire) => {
    const decoded = resultOr('INVALID_ACTION', () => decodeAction(wire));
    if (!decoded) return;
    const again: unknown = JSON.parse(encodeAction(decoded));
    const same = isDeepStrictEqual(again, carried(JSON.parse(wire)));
    expect(same, `${wire} became ${JSON.stringify(again)}`).toBe(true);
    expect(JSON.parse(encodeAction(sealAction(decoded)))).toEqual(again);
  },
);

fuzz(
  'an action that is accepted can be decoded by its receiver',
  fc.oneof(value, spoiled(action, value)),
  (given) => {
    const sealed = resultOr('INVALID_ACTION', () => sealAction(given() as never));
    if (!sealed) return;
    const received = decodeAction(encodeAction(sealed));
    expect(received.tenantId).toBe(sealed.tenantId);
    expect(isDeepStrictEqual(received.metadata, carried(sealed.metadata))).toBe(true);
  },
);

fuzz(
  'an action is created from any input, or refused',
  fc.oneof(
    value.map((data) => () => ({ ...acme, data: data() })),
    spoiled({ ...acme, data: 1 }, value),
  ),
  (input) => {
    const made = resultOr('INVALID_ACTION', () => any.create(input() as never));
    if (made) decodeAction(encodeAction(made));
  },
);

const assertions: readonly (readonly [(value: unknown) => boolean, (value: unknown) => void])[] = [
  [isActionId, (each) => assertActionId(each)],
  [isActionType, (each) => assertActionType(each)],
  [isDomain, (each) => assertDomain(each)],
  [isTenantId, (each) => assertTenantId(each)],
];

fuzz('a name is valid, or refused', value, (make) => {
  const given = make();
  for (const [is, assert] of assertions) {
    const accepted = resultOr('INVALID_ACTION', () => [assert(given)]) !== undefined;
    expect(accepted).toBe(is(given));
  }
  resultOr('INVALID_ACTION', () => parseQueueName(given as string));
  resultOr('INVALID_ACTION', () => parseInboxName(given as string));
});

const part = fc.oneof(
  value,
  fc.constantFrom('embedding', 'acme', 'free').map((name) => () => name),
);

fuzz(
  'a queue name is parsed into its original parts, or refused',
  fc.record({ domain: part, tenantId: part, tier: part }),
  (makes) => {
    const parts = { domain: makes.domain(), tenantId: makes.tenantId(), tier: makes.tier() };
    const name = resultOr('INVALID_ACTION', () => formatQueueName(parts as never));
    if (name !== undefined) expect(parseQueueName(name)).toEqual(parts);
  },
);
