import { startTimer } from '@nooble/redis';
import { ActionTimeoutError, InvalidActionError, ReplyLostError } from '@nooble/errors';
import type { CallbackData } from '@nooble/models';
import type { ActionRef } from '../admission/receipt.ts';
import { onAbort } from '../timing/on-abort.ts';
import type { AwaitedReplies } from './awaited-replies.ts';
import type { UnclaimedReplies } from './unclaimed-replies.ts';

/** Interval between looks at an action whose reply is awaited (ms). */
const LOOK_MS = 1_000;
/** Time after which the reply of an action that has ended is looked for in the outbox of its domain (ms). */
const OUTBOX_MS = 15_000;

/** The parts of a client that resuming needs. */
export interface ResumingParts {
  readonly replies: AwaitedReplies;
  readonly unclaimed: UnclaimedReplies;
  /** Returns the outcome of an action that has ended and is kept, `lives` for one that has not, undefined for an unknown one. */
  readonly look: (ref: ActionRef) => Promise<CallbackData | 'lives' | undefined>;
  /** Returns true if the reply is in the outbox of its domain: a worker will deliver it. */
  readonly isUndelivered: (ref: ActionRef) => Promise<boolean>;
}

/** Terms of one wait. */
export interface ResumeTerms {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/**
 * Returns the outcome of an action that an earlier process has sent with the same inbox: its reply may be there, or come, or be
 * lost. Throws ReplyLostError, ActionTimeoutError, and the reason of the signal.
 */
export async function resumeReply(
  { replies, unclaimed, look, isUndelivered }: ResumingParts,
  ref: ActionRef,
  { signal, timeoutMs }: ResumeTerms,
): Promise<CallbackData> {
  const { actionId } = ref;
  replies.assertFree(actionId);
  const there = unclaimed.take(actionId);
  if (there) return there.data;
  const reply = replies.expect(actionId);
  const giveUp = (reason: unknown): void => void replies.abandon(actionId, reason);
  const timer = startTimer(
    () => giveUp(new ActionTimeoutError({ actionId, timeoutMs })),
    timeoutMs,
  );
  const ignore = signal && onAbort(signal, () => giveUp(signal.reason));
  let goneSinceMs: number | undefined;
  const watch = async (): Promise<void> => {
    // While Redis cannot be reached, nothing is known.
    const found = await look(ref).catch(() => 'lives' as const);
    if (typeof found === 'object') return replies.supply({ actionId, data: found });
    goneSinceMs = found === undefined ? (goneSinceMs ?? performance.now()) : undefined;
    if (goneSinceMs === undefined || performance.now() - goneSinceMs <= OUTBOX_MS) return;
    // A worker that cannot reach the inbox, or dies before, leaves it there for longer than any fixed time.
    if (await isUndelivered(ref).catch(() => true)) goneSinceMs = performance.now();
    else giveUp(lostReply(ref));
  };
  const looking = setInterval(() => void watch(), LOOK_MS);
  try {
    return await reply;
  } finally {
    clearTimeout(timer);
    clearInterval(looking);
    ignore?.();
  }
}

/** Throws InvalidActionError for a client without a name: nothing could be addressed to it before. */
export function assertNamed(isNamed: boolean, attempted: string): void {
  if (isNamed) return;
  const reason = `a client without a named inbox cannot ${attempted}: create it with \`inbox\``;
  throw new InvalidActionError({ reason });
}

function lostReply({ actionId, domain }: ActionRef): ReplyLostError {
  const reason = 'it has ended, and neither its inbox nor its domain has the outcome';
  return new ReplyLostError({ actionId, domain, reason });
}
