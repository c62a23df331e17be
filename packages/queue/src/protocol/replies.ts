import { isWireError } from '@nooble/errors';
import { isActionId, type CallbackData } from '@nooble/models';

/** The outcome of an awaited action. */
export interface Reply {
  readonly actionId: string;
  readonly data: CallbackData;
}

/** A reply on its way to an inbox. */
export interface EncodedReply {
  /** `inbox:<id>`. */
  readonly replyTo: string;
  readonly text: string;
  /** Nobody waits for it after that, Unix ms by the clock of Redis. */
  readonly untilMs: number;
}

/** How long after the expiry of an action its caller may still read its inbox (ms). */
const GRACE_MS = 60_000;
/** How long a caller may wait for an action that never expires (ms). */
const UNTOLD_MS = 3_600_000;

/** Until when the caller of an action may wait (Unix ms): until it expires, or an hour from `sinceMs`. */
export function waitingUntil(expiresMs: number | undefined, sinceMs: number): number {
  return Math.round((expiresMs ?? sinceMs + UNTOLD_MS) + GRACE_MS);
}

/** The reply as it is written into an inbox. Throws for a result without a JSON. */
export function encodeReply({ actionId, data }: Reply): string {
  return JSON.stringify({ action_id: actionId, ...data });
}

/** A reply as far as it can be read, since anybody may have written it: without `data` where that is no outcome. */
export function decodeReply(text: string): Partial<Reply> {
  try {
    const { action_id: actionId, ...data } = JSON.parse(text) as Record<string, unknown>;
    if (!isActionId(actionId)) return {};
    return isOutcome(data) ? { actionId, data } : { actionId };
  } catch {
    return {};
  }
}

const UNDONE: readonly unknown[] = ['dead', 'expired', 'cancelled'];

function isOutcome(data: Record<string, unknown>): data is CallbackData {
  const { status, error } = data;
  return status === 'done' || (UNDONE.includes(status) && isWireError(error));
}
