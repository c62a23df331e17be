import type { ActionDefinition, ActionInput } from '@nooble/models';
import type { ActionRef } from '../admission/receipt.ts';
import type { ActionStream } from './action-stream.ts';
import type { Restart } from './restart.ts';
import type { FollowOptions, StreamOptions } from './stream-options.ts';

/**
 * Sends an action and returns its chunks, for `for await`, which returns the typed result. Leaving the loop, and an abort of the
 * signal, cancels the action. Throws ValidationError for invalid data and RangeError for invalid options; the loop throws as
 * `request` rejects, StreamRestartedError, StreamGapError for a reader that is too slow, and ValidationError for an invalid
 * chunk.
 */
export interface StreamCall {
  <Data, Result, Chunk, Input>(
    definition: ActionDefinition<Data, Result, Chunk, Input>,
    input: ActionInput<Input>,
    options: StreamOptions & { readonly onRestart: 'restart' },
  ): ActionStream<Chunk | Restart, Result>;
  <Data, Result, Chunk, Input>(
    definition: ActionDefinition<Data, Result, Chunk, Input>,
    input: ActionInput<Input>,
    options?: StreamOptions,
  ): ActionStream<Chunk, Result>;
}

/**
 * Reads the chunks of an action that any process has sent, from a position on, until the action ends. Several processes may
 * follow one action; leaving the loop does not affect it. Throws InvalidActionError for an invalid reference or position; the
 * loop throws as that of `stream` does, and UnknownStreamError, also for an action of another tenant.
 */
export interface FollowCall {
  <Data, Result, Chunk, Input>(
    ref: ActionRef,
    options: FollowOptions<Data, Result, Chunk, Input> & { readonly onRestart: 'restart' },
  ): ActionStream<Chunk | Restart, Result>;
  <Data, Result, Chunk, Input>(
    ref: ActionRef,
    options?: FollowOptions<Data, Result, Chunk, Input>,
  ): ActionStream<Chunk, Result>;
}
