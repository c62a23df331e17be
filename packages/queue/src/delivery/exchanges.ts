import { startTimer, within } from '@nooble/redis';
import { ActionCancelledError, ActionTimeoutError, InvalidActionError } from '@nooble/errors';
import type { CallbackData, DomainAction } from '@nooble/models';
import type { Observers, ReplyEvent } from '../admission/observers.ts';
import type { Reply } from '../protocol/replies.ts';
import { onAbort } from '../timing/on-abort.ts';
import type { AwaitedReplies } from './awaited-replies.ts';
import { callerGone, type Canceller } from './caller-gone.ts';
import { Places } from './places.ts';

/** Maximum number of outstanding exchanges of a client: half of the replies that its inbox holds. */
const MAX_OUTSTANDING = 10_000;
/** Maximum time of `close()` to cancel what is pending (ms). */
const CLOSING_MS = 1_000;

/** Sends the action of an exchange. */
export type Enqueue = (
  action: DomainAction,
  options: { expiresInMs?: number },
) => Promise<{ status: string }>;

/** An action to send, whose outcome is awaited. */
export interface Exchange {
  readonly action: DomainAction;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly enqueue: Enqueue;
  /** Returns false for a reply that must be ignored. */
  readonly accepts?: (reply: Reply) => boolean;
}

/** Actions that were sent, and whose callers wait for the outcome. */
export class Exchanges {
  readonly #queues: Canceller & { readonly observers?: Observers };
  readonly #replies: AwaitedReplies;
  readonly #places = new Places(MAX_OUTSTANDING);
  /** Cancels each pending action, by its id. */
  readonly #cancels = new Map<string, () => Promise<void>>();

  constructor(queues: Canceller & { readonly observers?: Observers }, replies: AwaitedReplies) {
    this.#queues = queues;
    this.#replies = replies;
  }

  /** Resolves to the outcome. On a timeout or an abort of the signal it rejects and cancels the action. */
  async run({ action, timeoutMs, signal, enqueue, accepts }: Exchange): Promise<CallbackData> {
    const { actionId } = action;
    this.#replies.assertFree(actionId);
    const noted = this.#queues.observers?.awaited(action);
    let status: ReplyEvent['status'] = 'abandoned';
    const reply = this.#replies.expect(actionId, accepts);
    const sending = this.#send(action, timeoutMs, enqueue);
    const cancel = async (): Promise<void> => callerGone(this.#queues, action, sending.sent);
    this.#cancels.set(actionId, cancel);
    const giveUp = (reason: unknown): void => {
      if (this.#replies.abandon(actionId, reason)) void cancel();
    };
    const onTimeout = (): void => giveUp(new ActionTimeoutError({ actionId, timeoutMs }));
    const timer = startTimer(onTimeout, timeoutMs);
    const ignore = signal && onAbort(signal, () => giveUp(signal.reason));
    // Once either promise settles the other is ignored: avoid unhandled rejections.
    for (const each of [reply, sending.sent]) each.catch(() => undefined);
    try {
      await Promise.race([sending.sent, reply]);
      const data = await reply;
      ({ status } = data);
      return data;
    } finally {
      clearTimeout(timer);
      ignore?.();
      sending.leave();
      this.#cancels.delete(actionId);
      this.#replies.abandon(actionId, undefined);
      noted?.(status);
    }
  }

  /** Rejects everything that is pending with ActionCancelledError, and cancels it. */
  async close(): Promise<void> {
    const cancels = this.#replies.pending.map(async (actionId) => {
      const cancel = this.#cancels.get(actionId);
      this.#replies.abandon(actionId, new ActionCancelledError({ actionId }));
      await cancel?.();
    });
    await within(CLOSING_MS, Promise.all(cancels), undefined);
  }

  /** Enqueues the action once there is room for it. The time spent waiting counts towards the timeout of its caller. */
  #send(
    action: DomainAction,
    timeoutMs: number,
    send: Enqueue,
  ): { sent: Promise<unknown>; leave: () => void } {
    const startedMs = performance.now();
    const enqueue = async (leftMs: number): Promise<void> => {
      const options = action.expiresAt ? {} : { expiresInMs: Math.max(1, leftMs) };
      assertNew(action, await send(action, options));
    };
    const waiting: { begin?: () => void } = {};
    let sent: Promise<unknown> | undefined;
    const leave = this.#places.take(() => {
      if (waiting.begin) waiting.begin();
      else sent = enqueue(timeoutMs);
    });
    sent ??= new Promise((resolve) => {
      waiting.begin = () => {
        const isAwaited = this.#replies.isAwaited(action.actionId);
        if (isAwaited) resolve(enqueue(timeoutMs - (performance.now() - startedMs)));
      };
    });
    return { sent, leave };
  }
}

/** The outcome of an action that was sent before goes to its first sender, who alone may cancel it. */
function assertNew({ actionId }: DomainAction, { status }: { status: string }): void {
  if (status !== 'duplicate') return;
  const reason =
    'an action with its id was sent before, so that no reply to this request will come';
  throw new InvalidActionError({ actionId, reason });
}
