import type { ModelSettlement, StoredAction } from './action.ts';
import { DELIVERY_MS } from './outbox-model.ts';
import type { ProtocolModel } from './protocol-model.ts';

export interface Settled {
  readonly results: readonly ('ok' | 'already' | 'lost')[];
  /** Callbacks that the worker delivers next. */
  readonly callbackIds: readonly string[];
}

/** Replies that a worker writes before it settles, unless its own clock says that the lease is over. */
export function replyFirst(model: ProtocolModel, settlements: readonly ModelSettlement[]): void {
  for (const settlement of settlements) if (!isLate(model, settlement)) reply(model, settlement);
}

function isLate({ nowMs }: ProtocolModel, { claim }: Pick<ModelSettlement, 'claim'>): boolean {
  return claim.deadlineMs <= nowMs;
}

function reply(model: ProtocolModel, { claim, outcome }: ModelSettlement): void {
  if (claim.action.tells !== 'by reply') return;
  if (outcome === 'done' || outcome === 'dead') {
    model.caller.reply(claim.action.id, outcome);
  }
}

/** The section "Settle, callbacks, the end": only the claim that runs an action ends its attempt. */
export function settle(model: ProtocolModel, settlements: readonly ModelSettlement[]): Settled {
  const callbackIds: string[] = [];
  const results = settlements.map((settlement) => {
    const { claim } = settlement;
    if (claim.action.claim !== claim)
      return model.revoked.has(claim, model.nowMs) ? 'lost' : 'already';
    delete claim.action.claim;
    callbackIds.push(...end(model, settlement));
    return 'ok';
  });
  if (results.includes('ok') && model.suspects.length > 0) model.wake();
  model.scheduler.writeCorrections();
  model.forgetIdle();
  return { results, callbackIds };
}

function end(model: ProtocolModel, { claim, outcome, delayMs }: ModelSettlement): string[] {
  const { action } = claim;
  if (outcome === 'release') {
    release(model, action);
    return [];
  }
  model.scheduler.settle(action.id, model.nowMs);
  if (outcome === 'retry' || outcome === 'throttled' || outcome === 'unhandled') {
    model.delay(action, model.nowMs + delayMs);
    count(action, outcome, model.nowMs);
    return [];
  }
  model.keep(action, outcome);
  if (outcome === 'dead') model.bury(action);
  else model.actions.delete(action.id);
  // The reply of one whose lease may be over goes the way of a callback, once the outcome counts.
  if (action.tells === 'by reply' && !isLate(model, { claim })) return [];
  const callbackId = model.tell(action, outcome, model.nowMs + DELIVERY_MS);
  return callbackId === undefined ? [] : [callbackId];
}

/** A failure counts; being put off only has a beginning, and one without a handler says nothing of the handler's. */
function count(
  action: StoredAction,
  outcome: 'retry' | 'throttled' | 'unhandled',
  nowMs: number,
): void {
  if (outcome === 'unhandled') {
    action.unhandledSinceMs ||= nowMs;
    return;
  }
  action.unhandledSinceMs = 0;
  if (outcome === 'throttled') action.throttledSinceMs ||= nowMs;
  else Object.assign(action, { throttledSinceMs: 0, failures: action.failures + 1 });
}

/** Back to where it stood, no attempt counted; a suspect's turn was not charged. */
function release(model: ProtocolModel, action: StoredAction): void {
  action.state = 'waiting';
  if (!model.isSuspect(action)) return model.scheduler.release(action.id, model.nowMs);
  model.scheduler.settle(action.id, model.nowMs);
  model.suspect(action);
}
