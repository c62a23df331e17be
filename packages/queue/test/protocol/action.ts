import type { Hold } from '../../src/broker.ts';
import type { ModelAction } from '../scheduler-model.ts';
import type { ModelChunks } from './streams-model.ts';

/** Form in which a caller is notified of the ending. */
export type Notifies = 'nobody' | 'by callback' | 'by reply';

export type Ending = 'done' | 'dead' | 'expired' | 'cancelled';

/** An action to enqueue. Times are Unix ms. */
export interface NewAction extends ModelAction {
  readonly notifies: Notifies;
  /** Time from which it must not start; 0 for never. */
  readonly expiresMs: number;
  readonly retainMs: number;
  /** Minimum delay (ms); 0 to start immediately. */
  readonly delayMs: number;
  /** Its idempotency key, if any. */
  readonly once?: string;
}

/** A stored action in the model. */
export interface StoredAction extends NewAction {
  state: 'waiting' | 'delayed' | 'active' | 'dead';
  /** Order in which actions joined a queue; unique. */
  since: number;
  sinceMs: number;
  /** Time at which it is due, its lease ends, or it died; meaningless while it waits. */
  atMs: number;
  failures: number;
  stalls: number;
  redrives: number;
  /** Time at which it was first put off for a reason, since an attempt that reset it; 0 if it was not. */
  throttledSinceMs: number;
  unhandledSinceMs: number;
  /** Cancelled while it runs. */
  isCancelled: boolean;
  /** It has emitted chunks, and its stream has not ended. */
  hasStream?: boolean;
  /** It has a record of its attempts: it was claimed, or delayed. */
  hasRun: boolean;
  /** Its record says that it has a journal, which is dropped at its end. */
  hasJournal: boolean;
  /** Its handler only waits, without a slot; and an answer has come since. */
  waits: boolean;
  isAnswered: boolean;
  /** It is delayed until an answer comes. */
  isParked: boolean;
  /** The claim that runs it. Only its holder may settle. */
  claim?: Claim;
}

/** A claimed action in a worker; the identity of the object stands for the token. */
export interface Claim {
  readonly action: StoredAction;
  /** End of the lease by the clock of the worker. */
  deadlineMs: number;
  /** Chunks that its worker emitted last. */
  emitted?: ModelChunks;
}

export type Outcome =
  | 'done'
  | 'retry'
  | 'throttled'
  | 'unhandled'
  | 'parked'
  | 'dead'
  | 'expired'
  | 'cancelled'
  | 'release';

/** A settlement of a claim. */
export interface ModelSettlement {
  readonly claim: Claim;
  readonly outcome: Outcome;
  readonly delayMs: number;
  /** Only of an outcome that may hold more than its action. */
  readonly hold?: Hold;
}

/** Outcomes that may hold more than their action. */
export const HOLDING: readonly Outcome[] = ['retry', 'throttled', 'dead'];

/** Sorts by a time, then by id, as a sorted set does. */
export function inOrder(
  actions: Iterable<StoredAction>,
  state: StoredAction['state'],
): StoredAction[] {
  return [...actions]
    .filter((action) => action.state === state)
    .sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
}
