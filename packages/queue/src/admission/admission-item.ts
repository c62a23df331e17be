import { InvalidActionError, PayloadTooLargeError } from '@nooble/errors';
import { encodeAction, tierPriority, type DomainAction } from '@nooble/models';
import { NO_SEQUENCE, sequenceHashOf } from './sequence.ts';
import { resolveEnqueueOptions, type EnqueueOptions } from './enqueue-options.ts';
import type { AdmissionItem, AdmissionPolicy } from '../protocol/admission.ts';

/** Parameters of an admission. */
export interface AdmissionFacts {
  readonly policy: AdmissionPolicy;
  readonly options?: EnqueueOptions | undefined;
  readonly maxPayloadBytes: number;
}

/** Encodes and measures an action. Throws InvalidActionError and PayloadTooLargeError. */
export function itemOf(action: DomainAction, facts: AdmissionFacts): AdmissionItem {
  const { actionId, tenantId, tenantTier, callbackQueue, replyTo } = action;
  const { onceHash, runAtMs, cost, expiresInMs, retainMs } = resolveEnqueueOptions(facts.options);
  return {
    actionId,
    tenantId,
    tier: tierPriority(tenantTier),
    policy: facts.policy,
    runAtMs,
    cost,
    notify: callbackQueue !== undefined || replyTo !== undefined,
    expiresMs: expiryOf(action, expiresInMs),
    retainMs,
    onceHash,
    sequenceHash: sequenceHashOf(action),
    envelope: measured(action, facts.maxPayloadBytes),
  };
}

/** Returns a Unix time (ms), 0 for never, or a negative delay from its admission (ms). */
function expiryOf({ actionId, expiresAt }: DomainAction, expiresInMs: number): number {
  if (expiresAt === undefined) return -expiresInMs;
  if (expiresInMs === 0) return Math.max(1, Date.parse(expiresAt));
  throw new InvalidActionError({
    actionId,
    reason: 'expiresInMs and expiresAt exclude each other',
  });
}

/** Returns the item of a callback, which is neither charged nor refused. */
export function callbackItem(callback: DomainAction, envelope: string): AdmissionItem {
  return {
    actionId: callback.actionId,
    tenantId: callback.tenantId,
    tier: tierPriority(callback.tenantTier),
    runAtMs: 0,
    cost: 1,
    notify: false,
    expiresMs: 0,
    retainMs: 0,
    onceHash: '-',
    sequenceHash: NO_SEQUENCE,
    envelope,
  };
}

/** Returns the wire JSON of an action. Throws PayloadTooLargeError. */
export function measured(action: DomainAction, limitBytes: number): string {
  const envelope = encodeAction(action);
  // A UTF-16 unit is at most three bytes, so most envelopes need not be measured.
  if (envelope.length * 3 <= limitBytes) return envelope;
  const bytes = Buffer.byteLength(envelope);
  if (bytes <= limitBytes) return envelope;
  throw new PayloadTooLargeError({ what: `action "${action.actionId}"`, bytes, limitBytes });
}
