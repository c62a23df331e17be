import { InvalidActionError, PayloadTooLargeError } from '@nooble/errors';
import { assertActionId, assertDomain, assertStepName, assertTenantId } from '@nooble/models';
import type { ActionRef } from '../admission/receipt.ts';
import { ask } from '../protocol/calling.ts';
import { answerCall, readAnswered } from '../protocol/operations/journal.ts';
import type { AnswerParts } from './answers.ts';

/**
 * `accepted`: the wait of that name resolves, now or when the handler comes to it; `already`: it had been signalled before,
 * and the first value counts, or the name stands for a call or a step; `unknown`: the domain knows no such action of the tenant, or no longer does.
 */
export type SignalResult = 'accepted' | 'already' | 'unknown';

/** A value for a name that a handler waits for. */
export interface Signal {
  readonly name: string;
  readonly value: unknown;
}

/** Resolves `ctx.waitFor(name)` of an action from outside. Throws InvalidActionError and PayloadTooLargeError. */
export async function signalAction(
  { redis, partitions, maxPayloadBytes }: AnswerParts & { readonly maxPayloadBytes: number },
  { domain, actionId, tenantId }: ActionRef,
  { name, value }: Signal,
): Promise<SignalResult> {
  assertDomain(domain);
  assertActionId(actionId);
  assertStepName(name);
  if (tenantId !== undefined) assertTenantId(tenantId);
  const attempted = `signal "${name}" to action "${actionId}"`;
  const text = textOf(value, { attempted, maxPayloadBytes });
  const keyspaces = await partitions.lookAgain(domain);
  const own = tenantId === undefined ? keyspaces.all : [keyspaces.of(tenantId)];
  const row = { tenantId: tenantId ?? '', actionId, name, text };
  const results = await Promise.all(
    own.map(async (each) => readAnswered(await ask(redis, answerCall(each, [row]), attempted))),
  );
  const result = results.flat().find((each) => each !== 'unknown') ?? 'unknown';
  if (result === 'full') throw tooLarge(text, { attempted, maxPayloadBytes });
  if (result === 'unknown') return result;
  return result === 'stored' ? 'accepted' : 'already';
}

interface Facts {
  readonly attempted: string;
  readonly maxPayloadBytes: number;
}

function textOf(value: unknown, facts: Facts): string {
  let text: string;
  try {
    text = JSON.stringify({ status: 'signal', value: value ?? null });
  } catch (error) {
    const reason = `cannot ${facts.attempted}: its value cannot be represented as JSON`;
    throw new InvalidActionError({ reason, cause: error });
  }
  if (Buffer.byteLength(text) > facts.maxPayloadBytes) throw tooLarge(text, facts);
  return text;
}

function tooLarge(text: string, { attempted, maxPayloadBytes }: Facts): PayloadTooLargeError {
  const bytes = Buffer.byteLength(text);
  return new PayloadTooLargeError({
    what: `a value to ${attempted}`,
    bytes,
    limitBytes: maxPayloadBytes,
  });
}
