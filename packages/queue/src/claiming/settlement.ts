import { ActionCancelledError, PayloadTooLargeError, toWireError } from '@nooble/errors';
import type { CallbackData } from '@nooble/models';
import type { Outcome, Settlement } from '../broker.ts';
import { callbackIdFor } from '../delivery/callback.ts';
import {
  deliveryFor,
  messageOf,
  type OutcomeDelivery,
  type Outgoing,
} from '../delivery/delivery.ts';
import { outcomeWords, TOLD, type SettleRow } from '../protocol/operations/settle.ts';
import { waitingUntil, type EncodedReply } from '../protocol/replies.ts';

/** A settlement in the form that the script takes, with the notification of its caller. */
export interface PreparedSettlement {
  readonly settlement: Settlement;
  readonly item: SettleRow;
  /** Written before the settlement is stored. */
  readonly reply?: EncodedReply;
  /** End of its lease, on the monotonic clock of this process (ms). A reply after that could contradict the queue. */
  readonly deadline: number;
  /** Delivered after the settlement is stored; it is in the outbox by then. */
  readonly outgoing?: Outgoing;
}

/**
 * Prepares one settlement. Throws PayloadTooLargeError for a result that no message can carry, and TypeError for one that
 * JSON cannot hold.
 */
export function prepareSettlement(
  settlement: Settlement,
  maxPayloadBytes: number,
): PreparedSettlement {
  const { claimed, outcome } = settlement;
  const { lease } = claimed;
  // An error has a bounded size, so an ending can always be reported.
  const limitBytes = outcome.status === 'done' ? maxPayloadBytes : Number.POSITIVE_INFINITY;
  const delivery = deliveryOf(settlement);
  const item: SettleRow = {
    actionId: lease.actionId,
    token: lease.token,
    outcome: outcomeWords(outcome),
    delayMs: 'delayMs' in outcome ? outcome.delayMs : 0,
    note: noteOf(settlement, limitBytes),
    retainMs: isEnding(outcome) ? claimed.retainMs : 0,
    callback: '',
  };
  const ready = { settlement, item, deadline: lease.deadline };
  if (!delivery) return ready;
  const what = delivery.to === 'inbox' ? 'reply' : 'callback';
  assertSize(delivery.text, `${what} of action "${lease.actionId}"`, limitBytes);
  return delivery.to === 'inbox' ? { ...ready, reply: delivery } : inOutbox(ready, delivery);
}

/** Returns true for an outcome after which the action does not run again. */
export function isEnding({ status }: Outcome): boolean {
  return ENDINGS.has(status);
}

const ENDINGS: ReadonlySet<Outcome['status']> = new Set(['done', 'dead', 'expired', 'cancelled']);

/** The caller has been sent the outcome: it is final, even if the action is cancelled meanwhile. */
export function alreadyTold(ready: PreparedSettlement): PreparedSettlement {
  return { ...ready, item: { ...ready.item, callback: TOLD } };
}

/** Moves the reply to the outbox of the domain, from which a worker delivers it once the action is settled. */
export function throughOutbox({ reply, ...ready }: PreparedSettlement): PreparedSettlement {
  return reply ? inOutbox(ready, { to: 'inbox', ...reply }) : ready;
}

function inOutbox(ready: PreparedSettlement, delivery: OutcomeDelivery): PreparedSettlement {
  const outgoing = { callbackId: callbackIdFor(ready.settlement.claimed.lease), delivery };
  return { ...ready, item: { ...ready.item, callback: messageOf(delivery) }, outgoing };
}

function deliveryOf(settlement: Settlement): OutcomeDelivery | undefined {
  const { claimed, action, emitted } = settlement;
  const { lease, expiresInMs } = claimed;
  const data = tellable(settlement);
  if (!action || !data) return undefined;
  const claimedMs = Number(lease.token) / 1000;
  const expiresMs = expiresInMs === undefined ? undefined : claimedMs + expiresInMs;
  const untilMs = waitingUntil(expiresMs, claimedMs);
  const told = { callbackId: callbackIdFor(lease), data, untilMs };
  if (emitted === undefined) return deliveryFor(action, told);
  return deliveryFor(action, {
    ...told,
    lastChunk: { attempt: Number(lease.token), sequence: emitted },
  });
}

/** Returns the maximum number of bytes that a settlement adds to a call. */
export function settlementBytes({ item, reply }: PreparedSettlement): number {
  return 3 * (item.note.length + item.callback.length + (reply?.text.length ?? 0));
}

/** Returns the notification of the caller; undefined while the action has not ended. */
function tellable({ claimed, outcome }: Settlement): CallbackData | undefined {
  const { status } = outcome;
  if (status === 'done') return { status, result: outcome.result };
  if (status === 'dead' || status === 'expired') return { status, error: outcome.error };
  if (status !== 'cancelled') return undefined;
  const { actionId } = claimed.lease;
  return { status, error: toWireError(new ActionCancelledError({ actionId })) };
}

/** Returns the note of a dead letter, or of a result that is kept, ends a stream or goes to the history. */
function noteOf(settlement: Settlement, limitBytes: number): string {
  const { claimed, outcome, emitted } = settlement;
  const isFollowed = emitted !== undefined || settlement.streams === true;
  if (outcome.status === 'dead') return JSON.stringify(outcome.error);
  if (outcome.status === 'expired' && isFollowed) return JSON.stringify(outcome.error);
  if (outcome.status !== 'done') return '';
  if (claimed.retainMs === 0 && !isFollowed) {
    return claimed.keepsResult === true ? noteForHistory(outcome.result, limitBytes) : '';
  }
  // A function or a symbol has no JSON: it is stored as null.
  const note = (JSON.stringify(outcome.result) as string | undefined) ?? 'null';
  assertSize(note, `result of action "${claimed.lease.actionId}"`, limitBytes);
  return note;
}

/** Returns '' for a result that cannot be stored: only the history would have it, and an action does not fail for that. */
function noteForHistory(result: unknown, limitBytes: number): string {
  try {
    const note = (JSON.stringify(result) as string | undefined) ?? 'null';
    return Buffer.byteLength(note) > limitBytes ? '' : note;
  } catch {
    return '';
  }
}

function assertSize(text: string, what: string, limitBytes: number): void {
  if (text.length * 3 <= limitBytes) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > limitBytes) throw new PayloadTooLargeError({ what, bytes, limitBytes });
}
