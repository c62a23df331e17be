import { isNoobleError, type NoobleError, type RateLimitError } from '@nooble/errors';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { EnqueueOptions } from '../../../src/admission/enqueue-options.ts';
import type { Receipt as RealReceipt } from '../../../src/admission/receipt.ts';
import type { NewAction, Notifies } from '../action.ts';
import type { ProtocolModel, Receipt } from '../protocol-model.ts';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';
import { KEYS, SEQUENCES, tenantName } from '../tenants.ts';

/** A random action, without what depends on earlier steps. */
interface Draft {
  readonly tenant: string;
  readonly cost: number;
  readonly delayMs: number;
  /** Uses a time instead of a delay. */
  readonly isTimed: boolean;
  /** Time until its expiry; undefined for none. */
  readonly lifeMs: number | undefined;
  readonly notifies: Notifies;
  readonly retainMs: number;
  readonly once: string | undefined;
  readonly sequence: string | undefined;
  /** Index of an earlier action whose id is reused. */
  readonly again: number | undefined;
}

/** Once in six times. */
function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const draft: fc.Arbitrary<Draft> = fc.record({
  tenant: tenantName,
  cost: fc.constantFrom(1, 1, 1, 1, 2, 0.1, 7),
  delayMs: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 10_000, 40_000),
  isTimed: fc.boolean(),
  lifeMs: rarely(fc.constantFrom(0, 20_000, 50_000)),
  notifies: fc.constantFrom('nobody' as const, 'by callback' as const, 'by reply' as const),
  retainMs: fc.constantFrom(0, 60_000),
  once: rarely(fc.constantFrom(...KEYS)),
  sequence: fc.constantFrom(undefined, undefined, ...SEQUENCES),
  again: rarely(fc.nat(20)),
});

/** Several actions in one turn of the event loop. */
export const enqueue: fc.Arbitrary<ProtocolCommand> = fc
  .array(draft, { minLength: 1, maxLength: 4 })
  .map((drafts) =>
    commandOf({
      text: `enqueue ${drafts.map(describe).join(' and ')}`,
      act: async (stage) => enqueueAll(stage, drafts),
    }),
  );

async function enqueueAll({ model, world, note }: Stage, drafts: readonly Draft[]): Promise<void> {
  const ids = drafts.map((each, index) => idOf(model, each.again, index));
  const actions = drafts.map((each, index) => actionOf(model, each, ids[index] ?? ''));
  const expected = actions.map((action) => model.enqueue(action));
  note(`→ ${ids.map((id, index) => `${id} ${JSON.stringify(expected[index])}`).join(', ')}`);
  const outcomes = actions.map(async (action, index) =>
    world.queues
      .enqueue(
        world.envelopeOf(action),
        optionsOf(action, drafts[index]?.isTimed ?? false, model.nowMs),
      )
      .catch(refusal),
  );
  expect((await Promise.all(outcomes)).map(readOutcome)).toEqual(expected);
}

function idOf({ known }: ProtocolModel, again: number | undefined, index: number): string {
  const earlier = again === undefined ? undefined : [...known][again % known.size];
  return earlier ?? `x${String(known.size + index + 1).padStart(3, '0')}`;
}

function actionOf(model: ProtocolModel, each: Draft, id: string): NewAction {
  const { tenant, cost, delayMs, lifeMs, retainMs, once, sequence, notifies } = each;
  return {
    id,
    tenant,
    cost,
    delayMs,
    retainMs,
    notifies,
    tier: model.settingOf(tenant).tier,
    expiresMs: lifeMs === undefined ? 0 : model.nowMs + lifeMs,
    ...(once !== undefined && { once }),
    ...(sequence !== undefined && { sequence }),
  };
}

function optionsOf(
  { cost, delayMs, retainMs, once }: NewAction,
  isTimed: boolean,
  nowMs: number,
): EnqueueOptions {
  return {
    cost,
    retainMs,
    ...(once !== undefined && { idempotencyKey: once }),
    ...(isTimed ? { runAt: new Date(nowMs + delayMs) } : { delayMs }),
  };
}

function refusal(error: unknown): NoobleError {
  if (isNoobleError(error)) return error;
  throw error;
}

function readOutcome(outcome: RealReceipt | NoobleError): Receipt {
  if (isNoobleError(outcome)) return { refused: readRefusal(outcome) };
  const { status, actionId, notBefore } = outcome;
  if (status === 'duplicate') return { duplicate: actionId };
  return {
    accepted: actionId,
    ...(notBefore !== undefined && { notBeforeMs: Date.parse(notBefore) }),
  };
}

function readRefusal(error: NoobleError): Extract<Receipt, { refused: unknown }>['refused'] {
  if (error.code === 'RATE_LIMIT') {
    const { window, limit, retryAfterMs } = error as RateLimitError;
    return { code: 'RATE_LIMIT', window, limit, retryAfterMs };
  }
  if (error.code === 'QUEUE_FULL') {
    return { code: 'QUEUE_FULL', limit: Number(error.details['limit']) };
  }
  const { code } = error;
  if (code === 'QUEUE_PAUSED' || code === 'TENANT_MISMATCH' || code === 'INVALID_ACTION')
    return { code };
  throw error;
}

function describe({
  tenant,
  cost,
  delayMs,
  lifeMs,
  notifies,
  retainMs,
  once,
  sequence,
  again,
}: Draft): string {
  const facts = [
    `of ${tenant}`,
    cost === 1 ? '' : `cost ${cost}`,
    delayMs === 0 ? '' : `in ${delayMs} ms`,
    lifeMs === undefined ? '' : `for ${lifeMs} ms`,
    notifies === 'nobody' ? '' : `notifies ${notifies}`,
    retainMs === 0 ? '' : 'retained',
    once === undefined ? '' : `once ${once}`,
    sequence === undefined ? '' : `in ${sequence}`,
    again === undefined ? '' : `again #${again}`,
  ];
  return facts.filter((fact) => fact !== '').join(', ');
}
