import { InvalidActionError, PayloadTooLargeError } from '@nooble/errors';
import { assertStepName } from '@nooble/models';
import type { ActionRef } from '../admission/receipt.ts';
import { assertRef } from '../admission/ref-check.ts';
import { ask } from '../protocol/calling.ts';
import { answerCall, readAnswered } from '../protocol/operations/journal.ts';
import { JOURNAL_LIMITS, journalFull } from '../protocol/journal-limits.ts';
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

/** Resolves `ctx.waitFor(name)` of an action from outside. Throws InvalidActionError, RangeError and
 * PayloadTooLargeError. */
export async function signalAction(
  { redis, partitions, maxPayloadBytes }: AnswerParts & { readonly maxPayloadBytes: number },
  ref: ActionRef,
  { name, value }: Signal,
): Promise<SignalResult> {
  assertRef(ref);
  assertStepName(name);
  const { domain, actionId, tenantId } = ref;
  const attempted = `signal "${name}" to action "${actionId}"`;
  const text = textOf(value, { attempted, maxPayloadBytes });
  const keyspaces = await partitions.lookAgain(domain);
  const own = tenantId === undefined ? keyspaces.all : [keyspaces.of(tenantId)];
  const row = { tenantId: tenantId ?? '', actionId, name, text };
  const results = await Promise.all(
    own.map(async (each) => readAnswered(await ask(redis, answerCall(each, [row]), attempted))),
  );
  const result = results.flat().find((each) => each !== 'unknown') ?? 'unknown';
  if (result === 'large') throw journalFull(actionId, { addedBytes: Buffer.byteLength(text) });
  if (result === 'many') throw journalFull(actionId, { names: JOURNAL_LIMITS.names + 1 });
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
