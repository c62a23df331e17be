import { PayloadTooLargeError } from '@nooble/errors';
import type { CallbackData } from '@nooble/models';
import { measured } from './admission-item.ts';
import type { Settlement } from './broker.ts';
import { callbackIdFor } from './callback.ts';
import { deliveryFor, readyMessage, replyMessage } from './ending.ts';
import type { SettleItem } from './operations/settle.ts';
import type { OutboxEntry } from './operations/tick.ts';
import { encodeReply, type Reply } from './replies.ts';

/** A settlement made ready: what the script gets, and how the caller is told. */
export interface ReadySettlement {
  readonly settlement: Settlement;
  readonly item: SettleItem;
  /** Written before the settle. */
  readonly reply?: Reply & { readonly text: string };
  /** When its lease ends, on this process's monotonic clock, ms; a reply after that would be void. */
  readonly deadline: number;
  /** Delivered after the settle; it is in the outbox by then. */
  readonly entry?: OutboxEntry;
}

/**
 * Makes one settlement ready. Throws PayloadTooLargeError for a result that no message can carry, and
 * TypeError for one that JSON cannot hold.
 */
export function readySettlement(settlement: Settlement, maxPayloadBytes: number): ReadySettlement {
  const { claimed, action, outcome } = settlement;
  const { lease } = claimed;
  const data = tellable(settlement);
  const callbackId = callbackIdFor(lease);
  const delivery = action && data && deliveryFor(action, callbackId, data);
  const item: SettleItem = {
    actionId: lease.actionId,
    token: lease.token,
    verb: outcome.status,
    delayMs: 'delayMs' in outcome ? outcome.delayMs : 0,
    note: noteOf(settlement, maxPayloadBytes),
    retainMs: data ? claimed.retainMs : 0,
    callback: '',
  };
  const { deadline } = lease;
  if (!delivery) return { settlement, item, deadline };
  if (delivery.to === 'inbox') {
    const text = encodeReply(delivery);
    assertSize(text, `reply of action "${lease.actionId}"`, maxPayloadBytes);
    return { settlement, item, deadline, reply: { ...delivery, text } };
  }
  const message = readyMessage(delivery.domain, measured(delivery.callback, maxPayloadBytes));
  const entry = { callbackId, message };
  return { settlement, item: { ...item, callback: message }, deadline, entry };
}

/** The same with its reply in the outbox of the domain, from where a worker delivers it once it is settled. */
export function throughOutbox(ready: ReadySettlement): ReadySettlement {
  const { reply, settlement, item, deadline } = ready;
  if (!reply) return ready;
  const message = replyMessage(reply);
  const entry = { callbackId: callbackIdFor(settlement.claimed.lease), message };
  return { settlement, item: { ...item, callback: message }, deadline, entry };
}

/** Bytes a settlement adds to a call, at most. */
export function settlementBytes({ item, reply }: ReadySettlement): number {
  return 3 * (item.note.length + item.callback.length + (reply?.text.length ?? 0));
}

/** What the caller is told; undefined while the action goes on. */
function tellable({ outcome }: Settlement): CallbackData | undefined {
  if (outcome.status === 'done') return { status: 'done', result: outcome.result };
  if (outcome.status === 'dead') return { status: 'dead', error: outcome.error };
  return undefined;
}

/** Stored with a dead letter, and with a kept result. */
function noteOf({ claimed, outcome }: Settlement, maxPayloadBytes: number): string {
  if (outcome.status === 'dead') return JSON.stringify(outcome.error);
  if (outcome.status !== 'done' || claimed.retainMs === 0) return '';
  const note = JSON.stringify(outcome.result ?? null);
  assertSize(note, `result of action "${claimed.lease.actionId}"`, maxPayloadBytes);
  return note;
}

function assertSize(text: string, what: string, limitBytes: number): void {
  if (text.length * 3 <= limitBytes) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > limitBytes) throw new PayloadTooLargeError({ what, bytes, limitBytes });
}
