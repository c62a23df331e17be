import type { Ending, ModelSettlement, Outcome, StoredAction } from './action.ts';
import { DELIVERY_MS } from './outbox-model.ts';
import type { ProtocolModel } from './protocol-model.ts';

export interface Settled {
  readonly results: ('ok' | 'already' | 'lost' | 'cancelled')[];
  /** Callbacks to be delivered by the worker. */
  readonly callbackIds: string[];
  /** Settlements that were refused because their action is cancelled, although its caller had its outcome. */
  readonly told: ModelSettlement[];
  /** True once a slot is free that was not free before. */
  frees: boolean;
}

/** Replies that a worker writes before it settles, unless the lease has ended by the clock of the worker. */
export function replyFirst(model: ProtocolModel, settlements: readonly ModelSettlement[]): void {
  for (const settlement of settlements) if (!isLate(model, settlement)) reply(model, settlement);
}

function isLate({ nowMs }: ProtocolModel, { claim }: Pick<ModelSettlement, 'claim'>): boolean {
  return claim.deadlineMs <= nowMs;
}

function reply(model: ProtocolModel, { claim, outcome }: ModelSettlement): void {
  if (claim.action.notifies !== 'by reply') return;
  if (isEnding(outcome)) model.caller.reply(claim.action.id, outcome);
}

function isEnding(outcome: Outcome): outcome is Ending {
  return ['done', 'dead', 'expired', 'cancelled'].includes(outcome);
}

/** The section "Settle, callbacks, the end": only the claim that runs an action can end its attempt. */
export function settle(model: ProtocolModel, settlements: readonly ModelSettlement[]): Settled {
  const settled: Settled = { results: [], callbackIds: [], told: [], frees: false };
  const { results } = settled;
  for (const settlement of settlements) results.push(settleOne(model, settlement, settled));
  model.endStep();
  if (settled.frees && model.suspects.length > 0) model.wake();
  model.scheduler.writeCorrections();
  model.forgetIdle();
  return settled;
}

/** Settles again what was told before: it has ended so. Replaces its results. */
export function settleTold(
  model: ProtocolModel,
  settlements: readonly ModelSettlement[],
  { results, told }: Settled,
): void {
  for (const settlement of told) {
    const { action } = settlement.claim;
    action.isCancelled = false;
    const [result = 'ok'] = settle(model, [settlement]).results;
    results[settlements.indexOf(settlement)] = result;
  }
}

function settleOne(
  model: ProtocolModel,
  settlement: ModelSettlement,
  settled: Settled,
): Settled['results'][number] {
  const { claim, outcome } = settlement;
  const { callbackIds, told } = settled;
  if (claim.action.claim !== claim)
    return model.revoked.has(claim, model.nowMs) ? 'lost' : 'already';
  if (claim.action.isCancelled && outcome !== 'cancelled' && outcome !== 'release') {
    const isTold = claim.action.notifies === 'by reply' && !isLate(model, { claim });
    if (isTold && isEnding(outcome)) told.push(settlement);
    return 'cancelled';
  }
  settled.frees ||= !claim.action.waits;
  model.sequences.note(claim.action);
  callbackIds.push(...end(model, settlement));
  return 'ok';
}

/** The history notes an attempt whose action goes on. */
function noteAttempt(model: ProtocolModel, { claim, outcome }: ModelSettlement): void {
  const goesOn = ['retry', 'throttled', 'parked'].includes(outcome);
  if (goesOn) model.history.note(claim.action, model.nowMs);
}

function end(model: ProtocolModel, settlement: ModelSettlement): string[] {
  const { claim, outcome, delayMs, hold } = settlement;
  const { action } = claim;
  if (hold) model.hold(action.tenant, hold);
  if (outcome === 'release') {
    model.endLease(action);
    release(model, action);
    return [];
  }
  const { isAnswered } = action;
  model.endLease(action);
  model.scheduler.settle(action.id, model.nowMs);
  noteAttempt(model, settlement);
  if (outcome === 'retry' || outcome === 'throttled' || outcome === 'unhandled') {
    model.delay(action, model.nowMs + delayMs);
    count(action, outcome, model.nowMs);
    return [];
  }
  if (outcome === 'parked') {
    action.isParked = true;
    model.delay(action, model.nowMs + (isAnswered ? 0 : delayMs));
    return [];
  }
  model.keep(action, outcome);
  model.history.end(action, outcome, { nowMs: model.nowMs, settled: true, ran: true });
  if (outcome === 'dead') model.bury(action);
  else {
    model.streams.end(action, outcome, model.nowMs);
    model.remove(action);
  }
  // If the lease may have ended, the reply is sent like a callback, after the outcome is stored.
  if (action.notifies === 'by reply' && !isLate(model, { claim })) return [];
  const callbackId = model.tell(action, outcome, model.nowMs + DELIVERY_MS);
  return callbackId === undefined ? [] : [callbackId];
}

/** Counts a failure. Postponements only record their beginning, and a missing handler shows nothing about its limit. */
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

/** Returns an action to its place without counting an attempt. The turn of a suspect was not charged. */
function release(model: ProtocolModel, action: StoredAction): void {
  if (action.isCancelled) {
    model.scheduler.settle(action.id, model.nowMs);
    return model.endCancelled(action);
  }
  action.state = 'waiting';
  if (!model.isSuspect(action)) return model.scheduler.release(action.id, model.nowMs);
  model.scheduler.settle(action.id, model.nowMs);
  model.suspect(action);
}
