import { ActionCancelledError, checkOption, readOptions, rule } from '@nooble/errors';
import { assertDefinition, type ActionDefinition, type ActionInput } from '@nooble/models';
import {
  readClientOptions,
  REQUEST,
  REQUEST_TIMEOUT_MS,
  RESUME,
  UNCLAIMED,
} from './client-options.ts';
import type {
  ClientOptions,
  RequestOptions,
  ResumeOptions,
  UnclaimedOptions,
} from './client-options.ts';
import { assertRef } from './admission/ref-check.ts';
import type { DroppedReplies } from './delivery/awaited-replies.ts';
import { ClientInbox } from './delivery/client-inbox.ts';
import { Exchanges, type Enqueue } from './delivery/exchanges.ts';
import { assertNamed, resumeReply } from './delivery/resuming.ts';
import type { UnclaimedReply } from './delivery/unclaimed-replies.ts';
import type { ActionRef } from './admission/receipt.ts';
import type { ActionStream } from './following/action-stream.ts';
import type { FollowCall, StreamCall } from './following/stream-calls.ts';
import { resolveStreamOptions } from './following/stream-options.ts';
import type { StreamOptions } from './following/stream-options.ts';
import { resultFor, Streams } from './following/streams.ts';
import { onAbort } from './timing/on-abort.ts';

/** An action to send, with the options of the call. */
interface Sent<Data, Result, Chunk, Input, Options> {
  readonly definition: ActionDefinition<Data, Result, Chunk, Input>;
  readonly input: ActionInput<Input>;
  readonly options: Options;
}

/** Sends actions and waits for their results. */
export class ActionClient {
  /** Sends an action and returns its chunks. */
  readonly stream: StreamCall = (definition, input, options?: StreamOptions) =>
    this.streamThrough(this.#enqueue, { definition, input, options });
  /** Reads the chunks of an action that any process has sent. */
  readonly follow: FollowCall = (ref, options) => {
    assertRef(ref);
    this.#open(ref);
    return this.#streams.follow(ref, options);
  };
  readonly #enqueue: Enqueue;
  readonly #inbox: ClientInbox;
  readonly #exchanges: Exchanges;
  readonly #streams: Streams;
  readonly #closing = new AbortController();
  readonly #leaveManager: () => void;

  /** Closing the manager closes the client. Throws InvalidActionError for a malformed name of an inbox, and RangeError. */
  constructor(options: ClientOptions) {
    const { queues, inbox } = readClientOptions(options);
    const { redis, prefix, closed, observers } = queues;
    this.#enqueue = async (...args) => queues.enqueue(...args);
    this.#inbox = new ClientInbox({
      redis,
      prefix,
      id: inbox,
      onDropped: (why) => observers?.dropped(why),
      onChunks: (batches, characters) => this.#streams.deliver(batches, characters),
    });
    this.#exchanges = new Exchanges(queues, this.#inbox.replies);
    this.#streams = new Streams({ redis, prefix, inbox: this.#inbox.name });
    if (closed.aborted) this.#closing.abort();
    this.#leaveManager = onAbort(closed, () => {
      const closing = this.close();
      queues.lastWork?.add(closing);
    });
  }

  /** Replies received since the start that reached no request. */
  get dropped(): DroppedReplies {
    return this.#inbox.replies.dropped;
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
    return this.requestThrough(this.#enqueue, { definition, input, options });
  }

  /** Like `request`, for a sender that admits the action itself, as that of a running action does. @internal */
  async requestThrough<Data, Result, Chunk, Input>(
    enqueue: Enqueue,
    { definition, input, options }: Sent<Data, Result, Chunk, Input, RequestOptions>,
  ): Promise<Result> {
    assertDefinition(definition);
    const { signal, timeoutMs = REQUEST_TIMEOUT_MS } = readOptions(options, REQUEST);
    signal?.throwIfAborted();
    const action = definition.create({ ...input, replyTo: this.#inbox.name });
    this.#open(action);
    const data = await this.#exchanges.run({ action, timeoutMs, signal, enqueue });
    return resultFor(definition, action.actionId, data);
  }

  /** Like `stream`, for a sender that admits the action itself. @internal */
  streamThrough<Data, Result, Chunk, Input>(
    enqueue: Enqueue,
    {
      definition,
      input,
      options = {},
    }: Sent<Data, Result, Chunk, Input, StreamOptions | undefined>,
  ): ActionStream<Chunk, Result> {
    assertDefinition(definition);
    const { signal, timeoutMs, throwsOnRestart } = resolveStreamOptions(options);
    signal?.throwIfAborted();
    const action = definition.create({ ...input, replyTo: this.#inbox.name, stream: true });
    this.#open(action);
    return this.#streams.send({
      definition,
      action,
      throwsOnRestart,
      onOutcome: (data) => this.#inbox.replies.supply({ actionId: action.actionId, data }),
      exchange: async (accepts, left) => {
        const either = signal ? AbortSignal.any([signal, left]) : left;
        return this.#exchanges.run({ action, timeoutMs, signal: either, accepts, enqueue });
      },
    });
  }

  /**
   * Returns the result of an action that an earlier process with the same inbox has sent. Rejects as `request` does, with
   * ReplyLostError if the action has ended and its reply is gone, and InvalidActionError for a client without a named inbox.
   */
  async resume<Data, Result, Chunk, Input>(
    ref: ActionRef,
    options: ResumeOptions<Data, Result, Chunk, Input> = {},
  ): Promise<Result> {
    assertNamed(this.#inbox.isNamed, 'resume an action');
    assertRef(ref);
    checkOption('options of resume', options, rule.object);
    const { definition, ...waiting } = options;
    if (definition !== undefined) assertDefinition(definition);
    const { signal, timeoutMs = REQUEST_TIMEOUT_MS } = readOptions(waiting, RESUME);
    signal?.throwIfAborted();
    this.#open(ref);
    const look = async () => this.#streams.look(ref);
    const isUndelivered = async () => this.#streams.isUndelivered(ref);
    const { replies, unclaimed } = this.#inbox;
    const data = await resumeReply({ replies, unclaimed, look, isUndelivered }, ref, {
      signal,
      timeoutMs,
    });
    return resultFor(definition, ref.actionId, data);
  }

  /**
   * Returns the replies to actions that earlier processes with the same inbox have sent, those to come included, until the signal
   * aborts or the client is closed. A reply is removed when the next one is requested. Throws InvalidActionError for a client
   * without a named inbox.
   */
  unclaimed(options: UnclaimedOptions = {}): AsyncIterable<UnclaimedReply> {
    const { signal } = readOptions(options, UNCLAIMED);
    assertNamed(this.#inbox.isNamed, 'read unclaimed replies');
    if (!this.#closing.signal.aborted) this.#inbox.start();
    const own = this.#closing.signal;
    return this.#inbox.unclaimed.each(signal ? AbortSignal.any([signal, own]) : own);
  }

  /**
   * Closes the client. Pending and later requests reject with ActionCancelledError, and pending ones are cancelled. Idempotent.
   */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#leaveManager();
    this.#streams.close();
    await Promise.all([this.#exchanges.close(), this.#inbox.stop()]);
  }

  #open({ actionId }: { readonly actionId: string }): void {
    if (this.#closing.signal.aborted) throw new ActionCancelledError({ actionId });
    this.#inbox.start();
  }
}
