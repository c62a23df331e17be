import type { ModelAction } from '../scheduler-model.ts';

/** How a caller asked to be told of the end. */
export type Tells = 'nobody' | 'by callback' | 'by reply';

export type Ending = 'done' | 'dead' | 'expired' | 'cancelled';

/** What is enqueued, before anything happened to it. Times are Unix ms. */
export interface NewAction extends ModelAction {
  readonly tells: Tells;
  /** Not started from this time on; 0 for never. */
  readonly expiresMs: number;
  readonly retainMs: number;
  /** Not before that many ms from now; 0 for at once. */
  readonly delayMs: number;
  /** Its idempotency key; undefined for none. */
  readonly once?: string;
}

/** An action that the domain stores, as the model knows it. */
export interface StoredAction extends NewAction {
  state: 'waiting' | 'delayed' | 'active' | 'dead';
  /** Order in which actions joined a queue; never the same twice. */
  since: number;
  sinceMs: number;
  /** When it is due, its lease ends, or it died; it has no meaning while it waits. */
  atMs: number;
  failures: number;
  stalls: number;
  redrives: number;
  /** When it was first put off for a reason, since an attempt that says otherwise; 0 for not. */
  throttledSinceMs: number;
  unhandledSinceMs: number;
  /** The claim that runs it: whoever holds it may settle. */
  claim?: Claim;
}

/** What a worker got for one claimed action; its identity stands for the token. */
export interface Claim {
  readonly action: StoredAction;
  /** When its lease ends by the worker's own clock. */
  deadlineMs: number;
}

export type Outcome = 'done' | 'retry' | 'throttled' | 'unhandled' | 'dead' | 'release';

/** A claim on its way back. */
export interface ModelSettlement {
  readonly claim: Claim;
  readonly outcome: Outcome;
  readonly delayMs: number;
}

/** In the order of a time; of the same time in that of their ids, as a sorted set has them. */
export function inOrder(
  actions: Iterable<StoredAction>,
  state: StoredAction['state'],
): StoredAction[] {
  return [...actions]
    .filter((action) => action.state === state)
    .sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
}
