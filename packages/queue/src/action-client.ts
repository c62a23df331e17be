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
import { domainOf } from '@nooble/models';
import { errorOfOutcome } from './delivery/outcome-error.ts';
import type { ActionDefinition, ActionInput, CallbackData, DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { AwaitedReplies, type DroppedReplies } from './delivery/awaited-replies.ts';
import { isDuration, startTimer } from './timing/durations.ts';
import { Inbox } from './delivery/inbox.ts';
import { onAbort } from './timing/on-abort.ts';
import { Places } from './delivery/places.ts';

/** Maximum number of outstanding requests of a client: half of the replies that its inbox holds. */
const MAX_OUTSTANDING = 10_000;

/** Default time that a request waits (ms). */
export const REQUEST_TIMEOUT_MS = 30_000;

export interface RequestOptions {
  /** Gives up and cancels the action; rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Maximum time to wait (ms). An action that has not started by then never starts. @default 30_000 */
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
export interface RequestQueues {
  readonly redis: RedisPool;
  readonly prefix: string;
  readonly closed: AbortSignal;
  enqueue(action: DomainAction, options: { expiresInMs?: number }): Promise<{ status: string }>;
  cancel(ref: { domain: string; actionId: string; tenantId: string }): Promise<unknown>;
}

/** Sends actions and waits for their results. */
export class ActionClient {
  readonly #queues: RequestQueues;
  readonly #replies = new AwaitedReplies();
  readonly #inbox: Inbox;
  readonly #places = new Places(MAX_OUTSTANDING);
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
    this.#leaveManager = onAbort(closed, () => void this.close());
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
    const { signal, timeoutMs = REQUEST_TIMEOUT_MS } = readOptions(options, CHECK);
    signal?.throwIfAborted();
    const action = definition.create({ ...input, replyTo: this.#inbox.name });
    if (this.#closed) throw new ActionCancelledError({ actionId: action.actionId });
    this.#inbox.start();
    const data = await this.#exchange(action, timeoutMs, signal);
    if (data.status === 'done') return definition.parseResult(data.result);
    throw errorOfOutcome(action, data);
  }

  /** Closes the client. Pending and later requests reject with ActionCancelledError. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#leaveManager();
    for (const actionId of this.#replies.pending) {
      this.#replies.abandon(actionId, new ActionCancelledError({ actionId }));
    }
    await this.#inbox.stop();
  }

  async #exchange(
    action: DomainAction,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<CallbackData> {
    const { actionId } = action;
    this.#replies.assertFree(actionId);
    const reply = this.#replies.expect(actionId);
    const sending = this.#send(action, timeoutMs);
    const giveUp = (reason: unknown): void => {
      if (this.#replies.abandon(actionId, reason)) void this.#cancel(action, sending.sent);
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
      this.#replies.abandon(actionId, undefined);
    }
  }

  /** Enqueues the action once there is room for it. The time spent waiting counts towards the timeout of its caller. */
  #send(action: DomainAction, timeoutMs: number): { sent: Promise<unknown>; leave: () => void } {
    const startedMs = performance.now();
    const enqueue = async (leftMs: number): Promise<void> => {
      const options = action.expiresAt ? {} : { expiresInMs: Math.max(1, leftMs) };
      assertNew(action, await this.#queues.enqueue(action, options));
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

  /** Cancels an action whose caller has gone, unless it has started. It cannot be cancelled before it is stored. */
  async #cancel(
    { actionId, actionType, tenantId }: DomainAction,
    sent: Promise<unknown>,
  ): Promise<void> {
    try {
      await sent;
      await this.#queues.cancel({ domain: domainOf(actionType), actionId, tenantId });
    } catch {
      // The action was refused, or it expires.
    }
  }
}

/** The outcome of an action that was sent before goes to its first sender, who alone may cancel it. */
function assertNew({ actionId }: DomainAction, { status }: { status: string }): void {
  if (status !== 'duplicate') return;
  const reason =
    'an action with its id was sent before, so that no reply to this request will come';
  throw new InvalidActionError({ actionId, reason });
}
