import type { ClaimedAction, ClaimResult, QueueBroker, WorkerLoad } from '@nooble/queue';
import type { HeldKeys } from '../attempts/held-keys.ts';
import type { SlotRunner } from './slot-runner.ts';
import type { Clock } from '../timing/clock.ts';
import type { Publish } from '../reporting/events.ts';
import type { PendingSettlements, SettlementBatch } from '../settling/pending-settlements.ts';

/** Dependencies of a round trip. */
export interface RoundTripParts {
  readonly broker: QueueBroker;
  readonly settlements: PendingSettlements;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly running: { readonly slotsHeld: number };
  /** Constant facts that the worker registers about itself. */
  readonly registered: Omit<WorkerLoad, 'running'>;
  readonly heldKeys: HeldKeys;
  readonly slotRunner: SlotRunner;
}

/** Parameters of one round trip. */
export interface RoundTripRequest {
  readonly slots: number;
  readonly acceptSuspect: boolean;
  /** True if its actions may wait for a slot. */
  readonly mayWait: boolean;
  /** Only settles, as a stopping worker does. */
  readonly settleOnly: boolean;
  /** True if the last claim found less than it asked for: it only claims if settling finds that there is more. */
  readonly expectsNone: boolean;
}

/** Result of one round trip. */
export interface RoundTripAnswer {
  readonly claimed: readonly ClaimedAction[];
  readonly dueInMs: number | undefined;
  readonly clockLeadMs: number;
}

/**
 * Makes one call to the queue, with all pending settlements. If it fails, its settlements are pending again, and the error
 * is thrown.
 */
export async function makeRoundTrip(
  parts: RoundTripParts,
  request: RoundTripRequest,
): Promise<RoundTripAnswer> {
  const { settlements } = parts;
  const batch = settlements.take();
  try {
    const { claimed, settled, dueInMs, clockLeadMs = 0 } = await send(parts, request, batch);
    settlements.answer(batch, settled);
    return { claimed, dueInMs, clockLeadMs };
  } catch (error) {
    settlements.putBack(batch.values());
    throw error;
  }
}

async function send(
  { broker, publish, clock, heldKeys, slotRunner, running, registered }: RoundTripParts,
  { slots, acceptSuspect, settleOnly, expectsNone }: RoundTripRequest,
  batch: SettlementBatch,
): Promise<ClaimResult> {
  const settlements = [...batch.keys()];
  if (settleOnly) return { claimed: [], settled: await broker.settle(settlements) };
  const startedMs = clock.monotonicMs();
  const load = { ...registered, running: running.slotsHeld };
  const reply = await broker.claim({ slots, settlements, acceptSuspect, expectsNone, load });
  const tookMs = clock.monotonicMs() - startedMs;
  heldKeys.note(reply.heldKeys);
  slotRunner.note(reply.nextSlotMs);
  publish('claimed', { count: reply.claimed.length, slots, tookMs });
  return reply;
}
