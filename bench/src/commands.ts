import type { JobsShape } from './payload.ts';
import type { StreamShape } from './systems/conversation.ts';
import type { Place } from './systems/system.ts';

/** Commands to a process, and their answers. Times are from the monotonic clock of the machine (ms). */
export interface Commands {
  /** Sends jobs, `inFlight` calls at a time. */
  send: { readonly input: SendInput; readonly answer: Span };
  /** Counts the jobs of a place that are not done. */
  pending: { readonly input: { readonly place: Place }; readonly answer: number };
  /** Starts a worker, which sends `progress` messages from then on. */
  work: { readonly input: WorkInput; readonly answer: null };
  /** Stops the worker and returns its record. */
  finish: { readonly input: null; readonly answer: Work };
  /** Sends requests and awaits each result; returns when each was sent, and its latency (ms). */
  request: {
    readonly input: RequestInput;
    readonly answer: Span & { readonly sentMs: Float64Array; readonly tookMs: Float64Array };
  };
  /** Starts a worker whose handlers emit streams. */
  speak: { readonly input: { readonly place: Place }; readonly answer: null };
  /** Reads streams; returns the time of the first chunk of each, and of round trips to Redis meanwhile (ms). */
  listen: {
    readonly input: ListenInput;
    readonly answer: Span & {
      readonly firstMs: Float64Array;
      readonly pingMs: readonly number[];
    };
  };
  /** Starts a worker whose jobs run until they are cancelled. It records each job when it starts, and when it is aborted. */
  hold: { readonly input: { readonly place: Place }; readonly answer: null };
  /** Opens the sender of such jobs, sends and cancels them, and closes it. Cancelling returns when it was asked for (ms). */
  openCanceller: { readonly input: { readonly place: Place }; readonly answer: null };
  sendHeld: { readonly input: { readonly n: number }; readonly answer: null };
  cancelHeld: { readonly input: { readonly n: number }; readonly answer: number };
  closeCanceller: { readonly input: null; readonly answer: null };
}

export interface ListenInput {
  readonly place: Place;
  readonly streams: number;
  readonly shape: StreamShape;
  readonly inFlight: number;
}

export interface SendInput {
  readonly place: Place;
  readonly shape: JobsShape;
  readonly mode: 'single' | 'bulk';
  readonly inFlight: number;
  readonly sendsCallback: boolean;
}

export interface WorkInput {
  readonly place: Place;
  readonly concurrency: number;
  readonly sendsCallback: boolean;
  readonly answers: boolean;
  /** Time that each handler waits after it has counted its job (ms). */
  readonly takesMs: number;
  /** Nooble may claim actions ahead of a free slot. */
  readonly claimsAhead: boolean;
  /** Each handler calls another service, `callee`, and waits for its result without a slot. */
  readonly calls: boolean;
}

export interface RequestInput {
  readonly place: Place;
  readonly shape: JobsShape;
  /** A fixed number of requests in flight, or a fixed rate independent of the replies. */
  readonly load: { readonly inFlight: number } | { readonly perSecond: number };
}

export interface Span {
  readonly startedMs: number;
  readonly endedMs: number;
}

/** Record of a worker. */
export interface Work extends Span {
  /** Job numbers, in the order in which they were done. */
  readonly done: Uint32Array;
  /** Start time of each job. */
  readonly beganMs: Float64Array;
  readonly claimMs: readonly number[];
  /** Durations of the calls of handlers (ms). */
  readonly callMs: readonly number[];
}

export type CommandName = keyof Commands;

export interface Request<V extends CommandName = CommandName> {
  readonly id: number;
  readonly command: V;
  readonly input: Commands[V]['input'];
}

export type Message =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'progress'; readonly done: number };
