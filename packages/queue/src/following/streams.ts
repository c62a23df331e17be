import { ActionCancelledError } from '@nooble/errors';
import { assertDefinition, domainOf } from '@nooble/models';
import type { ActionDefinition, CallbackData, DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { ActionRef } from '../admission/receipt.ts';
import { assertRef } from '../admission/ref-check.ts';
import { resultOf } from '../delivery/outcome.ts';
import type { LiveBatch } from '../protocol/live.ts';
import { Partitions } from '../protocol/partitions.ts';
import { parsePosition, START } from '../protocol/position.ts';
import type { Reply } from '../protocol/replies.ts';
import { onAbort } from '../timing/on-abort.ts';
import { OpenStream, type ActionStream } from './action-stream.ts';
import { findAction } from '../inspection/stored-actions.ts';
import { isOutcomeUndelivered } from '../inspection/undelivered-outcome.ts';
import { keptOutcome } from './kept-outcome.ts';
import { KeptStream } from './kept-stream.ts';
import { LiveStreams } from './live-streams.ts';
import { readFollowOptions, type FollowOptions } from './stream-options.ts';
import { StreamReader } from './stream-reader.ts';

/** Dependencies of the streams of a client. */
export interface StreamsParts {
  readonly redis: RedisPool;
  readonly prefix: string;
  /** `inbox:<id>` of this process. */
  readonly inbox: string;
}

/** An action that is sent now, and whose chunks are read. */
export interface SentStream<Data, Result, Chunk, Input> {
  readonly definition: ActionDefinition<Data, Result, Chunk, Input>;
  readonly action: DomainAction;
  readonly throwsOnRestart: boolean;
  /** Called with the outcome that was found at the end of the stream: the reply may have been lost. */
  readonly onOutcome: (data: CallbackData) => void;
  /**
   * Sends the action and resolves to its outcome. It passes each reply to `accepts` first, and cancels the action when the
   * signal aborts.
   */
  readonly exchange: (
    accepts: (reply: Reply) => boolean,
    left: AbortSignal,
  ) => Promise<CallbackData>;
}

/** The streams that this process reads. */
export class Streams {
  readonly #parts: StreamsParts;
  readonly #partitions: Partitions;
  readonly #live = new LiveStreams();

  constructor(parts: StreamsParts) {
    this.#parts = parts;
    this.#partitions = new Partitions(parts);
  }

  /** Reads the chunks of an action that is sent now. Leaving the stream aborts the exchange. */
  send<Data, Result, Chunk, Input>(
    sent: SentStream<Data, Result, Chunk, Input>,
  ): ActionStream<Chunk, Result> {
    const { definition, action, throwsOnRestart } = sent;
    const { actionId, actionType, tenantId } = action;
    const ref = { domain: domainOf(actionType), actionId, tenantId };
    const reader = new StreamReader(this.#kept(ref));
    const leaveLive = this.#live.add(actionId, reader);
    const left = new AbortController();
    const exchange = sent.exchange((reply) => reader.ended(reply), left.signal);
    exchange.catch((error: unknown) => reader.fail(error));
    const result = exchange.then((data) => resultFor(definition, actionId, data));
    return new OpenStream<Chunk, Result>({
      ref,
      reader,
      result,
      parseChunk: (chunk) => definition.parseChunk(chunk),
      throwsOnRestart,
      onOutcome: sent.onOutcome,
      onLeave: (reason) => {
        leaveLive();
        left.abort(reason ?? new ActionCancelledError({ actionId }));
      },
    });
  }

  /** Reads the stream of an action that any process has sent. Leaving it does not affect the action. */
  follow<Data, Result, Chunk, Input>(
    ref: ActionRef,
    given: FollowOptions<Data, Result, Chunk, Input> = {},
  ): ActionStream<Chunk, Result> {
    const { after, definition, signal, onRestart } = readFollowOptions(given);
    assertRef(ref);
    if (definition !== undefined) assertDefinition(definition);
    signal?.throwIfAborted();
    const { actionId } = ref;
    const place = after === undefined ? undefined : parsePosition(after);
    const reader = new StreamReader(this.#kept(ref, this.#parts.inbox), place ?? START);
    const leaveLive = this.#live.add(actionId, reader);
    const ignore = signal && onAbort(signal, () => reader.fail(signal.reason));
    const { data, ...ended } = laterOutcome();
    return new OpenStream<Chunk, Result>({
      ref,
      reader,
      result: data.then((outcome) => resultFor(definition, actionId, outcome)),
      after: place,
      parseChunk: (chunk) => (definition ? definition.parseChunk(chunk) : (chunk as Chunk)),
      throwsOnRestart: onRestart !== 'restart',
      onOutcome: ended.known,
      onLeave: (reason) => {
        leaveLive();
        ignore?.();
        ended.unknown(reason);
      },
    });
  }

  /** Returns the outcome of an action that has ended; `lives` for one that has not, undefined for one that is not known. */
  async look(ref: ActionRef): Promise<CallbackData | 'lives' | undefined> {
    const { redis } = this.#parts;
    return keptOutcome(await findAction({ redis, partitions: this.#partitions }, ref));
  }

  /** Returns true if the outcome of an action that has ended has not been delivered yet. */
  async isUndelivered(ref: ActionRef): Promise<boolean> {
    return isOutcomeUndelivered({ redis: this.#parts.redis, partitions: this.#partitions }, ref);
  }

  /** Takes the chunks of an entry of the inbox; `characters` is its size. */
  deliver(batches: readonly LiveBatch[], characters: number): void {
    this.#live.deliver(batches, characters);
  }

  /** Ends all streams. */
  close(): void {
    this.#live.fail((actionId) => new ActionCancelledError({ actionId }));
  }

  #kept(ref: ActionRef, inbox?: string): KeptStream {
    const { redis } = this.#parts;
    const partitions = this.#partitions;
    return new KeptStream({ redis, partitions, ref, ...(inbox !== undefined && { inbox }) });
  }
}

/** An outcome that becomes known once its stream has been read. */
function laterOutcome() {
  const settle: { known?: (data: CallbackData) => void; unknown?: (reason: unknown) => void } = {};
  const data = new Promise<CallbackData>((resolve, reject) => {
    settle.known = resolve;
    settle.unknown = reject;
  });
  return {
    data,
    known: (outcome: CallbackData): void => settle.known?.(outcome),
    unknown: (reason: unknown): void => settle.unknown?.(reason),
  };
}

/** Returns the typed result. Throws for another outcome. Without a definition the result is not validated. */
export function resultFor<Data, Result, Chunk, Input>(
  definition: ActionDefinition<Data, Result, Chunk, Input> | undefined,
  actionId: string,
  data: CallbackData,
): Result {
  const parseResult = (value: unknown): Result =>
    definition ? definition.parseResult(value) : (value as Result);
  return resultOf({ actionId, actionType: definition?.type ?? 'unknown', parseResult }, data);
}
