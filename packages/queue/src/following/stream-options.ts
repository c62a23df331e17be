import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import type { ActionDefinition } from '@nooble/models';
import { isDuration } from '../timing/durations.ts';

/** Default time until the end of a stream (ms). */
const STREAM_TIMEOUT_MS = 300_000;

interface Reading {
  /** Stops reading and rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
  /**
   * Throws StreamRestartedError where a further attempt begins, or yields `RESTART` there, after which only chunks of that attempt
   * follow. @default 'throw'
   */
  readonly onRestart?: 'throw' | 'restart';
}

/** Options of `ActionClient.stream`. */
export interface StreamOptions extends Reading {
  /** Maximum time until the action has ended (ms). @default 300_000 */
  readonly timeoutMs?: number;
}

/** Options of `ActionClient.follow`. */
export interface FollowOptions<Data, Result, Chunk, Input> extends Reading {
  /** Position of the last chunk that was read, as `stream.position` returned it. @default the beginning */
  readonly after?: string;
  /** Validates chunks and result. @default they are `unknown` */
  readonly definition?: ActionDefinition<Data, Result, Chunk, Input>;
}

const READING = { signal: rule.signal, onRestart: rule.oneOf('throw', 'restart') };

const STREAM: OptionsCheck<StreamOptions> = {
  of: 'stream',
  rules: {
    ...READING,
    timeoutMs: {
      isValid: (ms) => isDuration(ms) && ms > 0,
      expected: 'a number of ms above 0',
    },
  },
};

/** Options of a stream, complete. */
export interface ResolvedStreamOptions {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly throwsOnRestart: boolean;
}

/** Throws RangeError for invalid options. */
export function resolveStreamOptions(given: StreamOptions): ResolvedStreamOptions {
  const { signal, timeoutMs = STREAM_TIMEOUT_MS, onRestart } = readOptions(given, STREAM);
  return { signal, timeoutMs, throwsOnRestart: onRestart !== 'restart' };
}

/** Throws RangeError for invalid options. */
export function readFollowOptions<Data, Result, Chunk, Input>(
  given: FollowOptions<Data, Result, Chunk, Input>,
): FollowOptions<Data, Result, Chunk, Input> {
  const rules = { ...READING, after: rule.anything, definition: rule.anything };
  return readOptions(given, { of: 'follow', rules });
}
