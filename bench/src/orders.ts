import type { JobsShape } from './payload.ts';
import type { Place } from './systems/system.ts';

/** What an actor is asked to do, and what it answers. Times are of the machine's monotonic clock (ms). */
export interface Verbs {
  /** Sends jobs, `inFlight` calls at a time. */
  send: { readonly orders: SendOrders; readonly answer: Span };
  /** Jobs of a place that are not done. */
  pending: { readonly orders: { readonly place: Place }; readonly answer: number };
  /** Starts a worker; `Progress` is told from then on. */
  work: { readonly orders: WorkOrders; readonly answer: null };
  /** Stops the worker and tells what it did. */
  finish: { readonly orders: null; readonly answer: Work };
  /** Sends requests and awaits each result; answers how long each took (ms). */
  request: {
    readonly orders: RequestOrders;
    readonly answer: Span & { readonly tookMs: Float64Array };
  };
}

export interface SendOrders {
  readonly place: Place;
  readonly shape: JobsShape;
  readonly mode: 'single' | 'bulk';
  readonly inFlight: number;
  readonly tellsCaller: boolean;
}

export interface WorkOrders {
  readonly place: Place;
  readonly concurrency: number;
  readonly tellsCaller: boolean;
  readonly answers: boolean;
}

export interface RequestOrders {
  readonly place: Place;
  readonly shape: JobsShape;
  /** So many on their way at a time, or so many a second whatever comes back. */
  readonly load: { readonly inFlight: number } | { readonly perSecond: number };
}

export interface Span {
  readonly startedMs: number;
  readonly endedMs: number;
}

/** What a worker did. */
export interface Work extends Span {
  /** Number of each job, in the order they were done. */
  readonly done: Uint32Array;
  /** When each was begun. */
  readonly beganMs: Float64Array;
  readonly claimMs: readonly number[];
}

export type Verb = keyof Verbs;

export interface Request<V extends Verb = Verb> {
  readonly id: number;
  readonly verb: V;
  readonly orders: Verbs[V]['orders'];
}

export type Message =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'progress'; readonly done: number };
