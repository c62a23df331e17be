import type { HeldKey } from '../../src/broker.ts';
import type { Fate } from '../unreliable.ts';
import type { Claim, ModelSettlement } from './action.ts';
import { claimNext, nextDueMs } from './claim-model.ts';
import { LEASE_MS, type ProtocolModel } from './protocol-model.ts';
import { replyFirst, settle, settleTold, type Settled } from './settle-model.ts';
import { tick } from './tick-model.ts';
import type { Call } from './worker-model.ts';

export interface ModelRequest {
  /** Index of the worker. */
  readonly worker: number;
  readonly slots: number;
  readonly acceptSuspect: boolean;
  readonly expectsNone: boolean;
  readonly settlements: readonly ModelSettlement[];
  readonly fate: Fate;
}

export interface ModelReply {
  readonly claims: readonly Claim[];
  readonly settled: Settled['results'];
  readonly dueInMs: number | undefined;
  readonly heldKeys: readonly HeldKey[];
}

const NOTHING: ModelReply = { claims: [], settled: [], dueInMs: undefined, heldKeys: [] };

/** One round trip of a worker, or two if it expected no more work, and there is. */
export function roundTrip(model: ProtocolModel, request: ModelRequest): ModelReply {
  const { expectsNone, settlements, fate } = request;
  const worker = model.worker(request.worker);
  replyFirst(model, settlements);
  const looks = expectsNone && settlements.length > 0 && worker.isQuiet(model.nowMs);
  if (!looks) return claimRound(model, request);
  if (fate === 'is lost') return NOTHING;
  const settled = settle(model, settlements);
  const { results, callbackIds } = settled;
  if (fate === 'answer is lost') return NOTHING;
  const more = hasMore(model);
  settleTold(model, settlements, settled);
  const reply = more
    ? claimRound(model, { ...request, settlements: [] })
    : { ...NOTHING, dueInMs: worker.tickInMs(model.nowMs) };
  deliver(model, request.worker, callbackIds);
  return { ...reply, settled: results };
}

/** A paused domain has more as well: the claim finds out. */
function hasMore({ scheduler, suspects }: ProtocolModel): boolean {
  return suspects.length > 0 || [1, 2, 3, 4].some((tier) => scheduler.tagsOf(tier).size > 0);
}

/** It settles, ticks, claims, and delivers callbacks. */
function claimRound(model: ProtocolModel, request: ModelRequest): ModelReply {
  const { slots, settlements, fate } = request;
  const { nowMs } = model;
  const worker = model.worker(request.worker);
  const call = worker.call(slots, nowMs);
  const ticks = worker.ticks(nowMs);
  if (fate === 'is lost') {
    worker.missed(call, ticks);
    return NOTHING;
  }
  const settled = settle(model, settlements);
  const { results, callbackIds } = settled;
  const handedOut = ticks ? tick(model, worker.delivered) : [];
  const claims = claimUnder(model, call, request);
  if (fate === 'answer is lost') {
    worker.missed(call, ticks);
    return NOTHING;
  }
  const dueMs = nextDueMs(model);
  settleTold(model, settlements, settled);
  worker.delivered = [];
  deliver(model, request.worker, [...handedOut, ...callbackIds]);
  for (const claim of claims) claim.deadlineMs = nowMs + LEASE_MS;
  model.claims.push(...claims);
  if (dueMs !== undefined) worker.hint(dueMs);
  const dueInMs = dueMs === undefined ? undefined : Math.max(0, dueMs - nowMs);
  return { claims, settled: results, dueInMs, heldKeys: model.holds.heldKeys(nowMs) };
}

/** The same call returns the same actions, if it still holds their leases. */
function claimUnder(model: ProtocolModel, call: Call, request: ModelRequest): readonly Claim[] {
  const worker = model.worker(request.worker);
  const earlier = worker.earlierAnswer(call, model.nowMs);
  if (earlier) return renewed(model, earlier);
  const claims = claimNext(model, request.slots, request.acceptSuspect);
  worker.remember(call, claims, model.nowMs);
  return claims;
}

/** Returns the claims whose leases it still holds, and renews them. */
function renewed({ nowMs }: ProtocolModel, claims: readonly Claim[]): readonly Claim[] {
  const held = claims.filter((claim) => claim.action.claim === claim);
  for (const { action } of held) action.atMs = nowMs + LEASE_MS;
  return held;
}

/** Delivers notices of a worker, who acknowledges them with its next round trip. */
export function deliver(
  model: ProtocolModel,
  worker: number,
  callbackIds: readonly string[],
): void {
  for (const id of callbackIds) {
    model.caller.receive(id, model.outbox.noticeOf(id), model.nowMs);
    model.worker(worker).delivered.push(id);
  }
}
