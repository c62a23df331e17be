import {
  ActionCancelledError,
  ActionTimeoutError,
  InvalidActionError,
  MAX_DURATION_MS,
  readOptions,
  rule,
  type OptionRule,
  type OptionsCheck,
} from '@nooble/errors';
import { errorOfOutcome } from './delivery/outcome-error.ts';
import type { ActionDefinition, ActionInput, CallbackData, DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { AwaitedReplies, type DroppedReplies } from './delivery/awaited-replies.ts';
import { callerGone, type Canceller } from './delivery/caller-gone.ts';
import { isDuration, startTimer } from './timing/durations.ts';
import { Inbox } from './delivery/inbox.ts';
import { onAbort } from './timing/on-abort.ts';
import { Places } from './delivery/places.ts';
import { within } from './timing/within.ts';

/** Maximum number of outstanding requests of a client: half of the replies that its inbox holds. */
const MAX_OUTSTANDING = 10_000;

/** Maximum time of `close()` to cancel what is pending (ms). */
const CLOSING_MS = 1_000;

/** Default time that a request waits (ms). */
export const REQUEST_TIMEOUT_MS = 30_000;

export interface RequestOptions {
  /** Gives up and cancels the action, even if it runs; rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Maximum time to wait (ms). The action expires then: it never starts, or is aborted. @default 30_000 */
  readonly timeoutMs?: number;
}

/** Timeout of a request. 0 would end the request before it began. */
export const REQUEST_TIMEOUT: OptionRule = {
  isValid: (ms) => isDuration(ms) && ms > 0,
  expected: `a number of ms above 0 and up to ${MAX_DURATION_MS}`,
};

const CHECK: OptionsCheck<RequestOptions> = {
  of: 'request',
  rules: { signal: rule.anything, timeoutMs: REQUEST_TIMEOUT },
};

/** The methods of a `DomainQueueManager` that a client uses. */
export interface RequestQueues extends Canceller {
  readonly redis: RedisPool;
  readonly prefix: string;
  readonly closed: AbortSignal;
  enqueue: Enqueue;
  /** Waits for the work before it closes the connections. */
  closeAfter?(work: Promise<unknown>): void;
}

/** Sends the action of a request. */
type Enqueue = (
  action: DomainAction,
  options: { expiresInMs?: number },
) => Promise<{ status: string }>;

/** Parameters of a request. */
interface Request<Data, Result, Chunk, Input> {
  readonly definition: ActionDefinition<Data, Result, Chunk, Input>;
  readonly input: ActionInput<Input>;
  readonly options: RequestOptions;
}

interface Exchange {
  readonly action: DomainAction;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly enqueue: Enqueue;
}

/** Sends actions and waits for their results. */
export class ActionClient {
  readonly #queues: RequestQueues;
  readonly #replies = new AwaitedReplies();
  readonly #inbox: Inbox;
  readonly #places = new Places(MAX_OUTSTANDING);
  /** Cancels each pending request, by the id of its action. */
  readonly #cancels = new Map<string, () => Promise<void>>();
  readonly #leaveManager: () => void;
  #closed = false;

  /** Closing the manager closes the client. */
  constructor({ queues }: { queues: RequestQueues }) {
    const { redis, prefix, closed } = queues;
    this.#closed = closed.aborted;
    this.#queues = queues;
    this.#inbox = new Inbox({
      redis,
      prefix,
      onReply: (reply) => this.#replies.answer(reply),
    });
    this.#leaveManager = onAbort(closed, () => {
      const closing = this.close();
      queues.closeAfter?.(closing);
    });
  }

  /** Replies received since the start that matched no pending request. */
  get dropped(): DroppedReplies {
    return this.#replies.dropped;
  }

  /**
   * Returns the typed result of an action. Rejects with ActionFailedError (the remote error is its `cause`),
   * ActionTimeoutError, ActionCancelledError, DeadlineExceededError, the reason of the signal, what `enqueue` throws, or
   * RangeError for invalid options.
   */
  async request<Data, Result, Chunk, Input>(
    definition: ActionDefinition<Data, Result, Chunk, Input>,
    input: ActionInput<Input>,
    options: RequestOptions = {},
  ): Promise<Result> {
    const enqueue: Enqueue = async (action, own) => this.#queues.enqueue(action, own);
    return this.requestThrough(enqueue, { definition, input, options });
  }

  /** Like `request`, for a sender that admits the action itself, as that of a running action does. @internal */
  async requestThrough<Data, Result, Chunk, Input>(
    enqueue: Enqueue,
    { definition, input, options }: Request<Data, Result, Chunk, Input>,
  ): Promise<Result> {
    const { signal, timeoutMs = REQUEST_TIMEOUT_MS } = readOptions(options, CHECK);
    signal?.throwIfAborted();
    const action = definition.create({ ...input, replyTo: this.#inbox.name });
    if (this.#closed) throw new ActionCancelledError({ actionId: action.actionId });
    this.#inbox.start();
    const data = await this.#exchange({ action, timeoutMs, signal, enqueue });
    if (data.status === 'done') return definition.parseResult(data.result);
    throw errorOfOutcome(action, data);
  }

  /**
   * Closes the client. Pending and later requests reject with ActionCancelledError, and pending ones are cancelled. Idempotent.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#leaveManager();
    const cancels = this.#replies.pending.map(async (actionId) => {
      this.#replies.abandon(actionId, new ActionCancelledError({ actionId }));
      await this.#cancels.get(actionId)?.();
    });
    await Promise.all([this.#inbox.stop(), within(CLOSING_MS, Promise.all(cancels), undefined)]);
  }

  async #exchange({ action, timeoutMs, signal, enqueue }: Exchange): Promise<CallbackData> {
    const { actionId } = action;
    this.#replies.assertFree(actionId);
    const reply = this.#replies.expect(actionId);
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
      return await reply;
    } finally {
      clearTimeout(timer);
      ignore?.();
      sending.leave();
      this.#cancels.delete(actionId);
      this.#replies.abandon(actionId, undefined);
    }
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
