import { isWireError } from '@nooble/errors';
import { isActionId, type CallbackData } from '@nooble/models';

/** The outcome of an awaited action. */
export interface Reply {
  readonly actionId: string;
  readonly data: CallbackData;
}

/** An encoded reply to write into an inbox. */
export interface EncodedReply {
  /** `inbox:<id>`. */
  readonly replyTo: string;
  readonly text: string;
  /** Time after which its caller no longer waits (Unix ms, by the clock of Redis). */
  readonly untilMs: number;
}

/** Time after the expiry of an action during which its caller may still read its inbox (ms). */
const GRACE_MS = 60_000;
/** Maximum time that a caller waits for an action that never expires (ms). */
const UNTOLD_MS = 3_600_000;

/** Returns the time until which the caller of an action may wait (Unix ms): until it expires, or an hour from `sinceMs`. */
export function waitingUntil(expiresMs: number | undefined, sinceMs: number): number {
  return Math.round((expiresMs ?? sinceMs + UNTOLD_MS) + GRACE_MS);
}

/** Encodes a reply for an inbox. Throws for a result that JSON cannot hold. */
export function encodeReply({ actionId, data }: Reply): string {
  return JSON.stringify({ action_id: actionId, ...data });
}

/** Decodes a reply. Any process may have written it, so invalid parts are left out, `data` among them. */
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
