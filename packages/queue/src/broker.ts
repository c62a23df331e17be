import type { WireError } from '@nooble/errors';
import type { DomainAction, Tier } from '@nooble/models';

/** The right to settle one action, from a claim until it is settled, released or lost. */
export interface Lease {
  readonly actionId: string;
  readonly tenantId: string;
  readonly tier: Tier;
  /** Clock value of the claim (µs). Only the holder of the current token may settle. */
  readonly token: string;
  /** Time at which the lease ends unless renewed, on the monotonic clock of this process (`performance.now()`, ms). */
  readonly deadline: number;
}

/** An action handed to a worker, as it was stored. */
export interface ClaimedAction {
  readonly lease: Lease;
  /** The wire JSON exactly as it was accepted, from any service. */
  readonly envelope: string;
  /** Number of earlier attempts that failed; 0 for the first attempt. */
  readonly failures: number;
  /** Number of workers that died or lost their lease while running it. */
  readonly stalls: number;
  /** Number of times it was redriven from the dead letters. */
  readonly redrives: number;
  /** True on its last permitted stall. A worker runs at most one such action at a time. */
  readonly suspect: boolean;
  /** Time for which it was ready and waiting before this claim (ms). */
  readonly waitedMs: number;
  /** Time for which its outcome is kept for `get` (ms); 0 to drop it. */
  readonly retainMs: number;
  /** The history of the domain keeps its result. @default false */
  readonly keepsResult?: boolean;
  /** Time since it was first throttled after its last counted attempt (ms); 0 if it was not. */
  readonly throttledMs: number;
  /** Time since it first met a worker without its handler after it last ran (ms); 0 if it did not. */
  readonly unhandledMs: number;
  /** Time from this claim until it expires (ms); absent if it never does. */
  readonly expiresInMs?: number;
}

/**
 * Actions that a reached limit holds back besides the action that met it: all actions of its tenant in the domain, or all
 * actions of a throttle key, of any tenant. A hold never shortens an earlier one.
 */
export type Hold =
  | { readonly of: 'tenant'; readonly forMs: number }
  | { readonly of: 'key'; readonly key: string; readonly forMs: number };

/** Outcome of an attempt. Durations in ms. */
export type Outcome =
  | { readonly status: 'done'; readonly result?: unknown }
  | (Holding & { readonly status: 'retry'; readonly delayMs: number; readonly error: WireError })
  | PutOff
  | Parked
  | (Holding & { readonly status: 'dead'; readonly error: WireError })
  /** Its `expires_at` passed while it ran. */
  | { readonly status: 'expired'; readonly error: WireError }
  | { readonly status: 'cancelled' }
  | { readonly status: 'release' };

interface Holding {
  readonly hold?: Hold;
}

/**
 * Retried after `delayMs` without counting a failure: a resource of the handler was at its limit (`throttled`), or the
 * worker has no handler for the type (`unhandled`). The worker decides for how long that may go on.
 */
export interface PutOff extends Holding {
  readonly status: 'throttled' | 'unhandled';
  readonly delayMs: number;
  readonly error: WireError;
}

/** The handler waits for answers, without a worker: it runs again from its journal once one has come, or after `delayMs`. */
export interface Parked {
  readonly status: 'parked';
  readonly delayMs: number;
}

/** Chunks that a running attempt emitted, to be stored and sent to the readers of its stream. */
export interface EmittedChunks {
  readonly lease: Lease;
  /** Number of the first chunk in the attempt, counted from 1. */
  readonly first: number;
  /** JSON of each chunk. Without chunks, the attempt is announced as one that has a stream. */
  readonly chunks: readonly string[];
  /** Inboxes to which the chunks are sent at once: that of the caller, and those that the last answer contained. */
  readonly readers: readonly string[];
}

/** Result of an emit. */
export interface EmitResult {
  /** False if the lease was lost: nothing was stored. */
  readonly held: boolean;
  /** Inboxes of other processes that follow the stream. */
  readonly followers: readonly string[];
}

/** One finished attempt to settle. The broker also sends its callback or reply. */
export interface Settlement {
  readonly claimed: ClaimedAction;
  /** The decoded envelope. Absent if it could not be decoded; then no caller is notified. */
  readonly action?: DomainAction;
  readonly outcome: Outcome;
  /** True if its type has chunks: a follower needs its outcome, also if the attempt emitted none. @default false */
  readonly streams?: boolean;
  /** Number of chunks that the attempt emitted; absent if it has no stream. */
  readonly emitted?: number;
}

/**
 * The settlement was refused: no message can hold its outcome, or its script raised an error. Other settlements are
 * unaffected.
 */
export interface SettleRefusal {
  readonly refused: unknown;
}

/** Outcome of one settlement. */
export type SettleAnswer = SettleResult | SettleRefusal;

/** Results by settlement, keyed by the objects of the request. A settlement without a result is `unsent`. */
export type SettleAnswers = ReadonlyMap<Settlement, SettleAnswer>;

/**
 * `ok`: it took effect; `already`: an earlier call settled it; `lost`: another worker owns the action; `cancelled`: the
 * action was cancelled, settle it with that outcome; `unsent`: send it again.
 */
export type SettleResult = 'ok' | 'already' | 'lost' | 'cancelled' | 'unsent';

/** A message for the process that holds the lease of an action. It may be lost. */
export interface Word {
  /**
   * `cancel`: the action was cancelled; `answer`: an answer has come for which its handler waits. `details` are the token of
   * its lease and its tenant.
   */
  readonly verb: string;
  readonly actionId: string;
  readonly details: readonly string[];
}

/** Options of a wait for work. */
export interface Wait {
  /** Maximum time to wait (ms). */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** False to wait for words alone, without a free slot. @default true */
  readonly takesToken?: boolean;
}

/** A throttle key whose actions are put off until it is free. */
export interface HeldKey {
  readonly key: string;
  readonly forMs: number;
}

/** Claim of a worker, and what it settles and reports with it. */
export interface ClaimRequest {
  /** Number of free slots. 0 still settles, promotes and reclaims. */
  readonly slots: number;
  /** Finished attempts to settle in the same round trip. */
  readonly settlements?: readonly Settlement[];
  /** False while this worker runs a suspect. @default true */
  readonly acceptSuspect?: boolean;
  /** True if the last claim found too little: settlements are sent alone, and a claim follows only if there is more. @default false */
  readonly expectsNone?: boolean;
  /** Load of the worker, which registers it every 5 s, so that `queues.workers` lists it. @default not registered */
  readonly load?: WorkerLoad;
}

/** Facts that a worker registers about itself, beside its host and process. */
export interface WorkerLoad {
  readonly concurrency: number;
  /** Number of slots in use. */
  readonly running: number;
  /** Version of its service. */
  readonly version?: string;
}

/** Reply to a claim. */
export interface ClaimResult {
  readonly claimed: readonly ClaimedAction[];
  /**
   * Results of the settlements in the request. A promise, which never rejects, for a settlement whose caller could not be
   * notified at once: it is settled separately.
   */
  readonly settled: ReadonlyMap<Settlement, SettleAnswer | Promise<SettleAnswer>>;
  /** Throttle keys that were held when the actions were claimed. Absent if there are none. */
  readonly heldKeys?: readonly HeldKey[];
  /**
   * Time until something falls due: a delayed action, a lease, an outbox entry or the end of a hold (ms). Absent when
   * nothing is pending.
   */
  readonly dueInMs?: number;
  /**
   * Time at which the next slot of a schedule was due when it was last read, at most some seconds ago (Unix ms). Absent
   * without schedules.
   */
  readonly nextSlotMs?: number;
  /** Lead of the domain's clock over the clock of the server, which was set back (ms). Absent when there is none. */
  readonly clockLeadMs?: number;
}

/**
 * Contract between a worker and the queue of its domain. Every method throws `RedisUnavailableError` while the queue cannot
 * be reached; it is always safe to retry.
 */
export interface QueueBroker {
  readonly domain: string;
  /** Length of a lease (ms). Renew it every third of this time. */
  readonly leaseMs: number;
  /** One round trip: settles, promotes what is due, reclaims expired leases, claims the next fair batch. */
  claim(request: ClaimRequest): Promise<ClaimResult>;
  /** Settles without claiming. */
  settle(settlements: readonly Settlement[]): Promise<SettleAnswers>;
  /** Moves the deadlines of running actions. Returns the renewed leases, without the lost ones. */
  renew(leases: readonly Lease[]): Promise<readonly Lease[]>;
  /** Stores chunks, once even if the same ones are emitted again. Calls of one turn of the event loop share a command. */
  emit(chunks: EmittedChunks): Promise<EmitResult>;
  /** Returns actions to the head of their queues without counting an attempt. Pass them in the order of their claim. */
  release(claimed: readonly ClaimedAction[]): Promise<void>;
  /**
   * Resolves to true when there may be work, and to false after `timeoutMs` or when the signal aborts. Never rejects on
   * abort. Until it resolves it receives words, and may take the wake token meant for another worker.
   */
  waitForWork(options: Wait): Promise<boolean>;
  /** Calls `listener` with every word about an action that this worker runs. A word may come more than once. */
  onWord(listener: (word: Word) => void): void;
  /** Makes a round trip on the connection that consumes. Rejects if it is not usable. */
  ping(): Promise<void>;
  /** Parts that cannot be reached although the queue itself can, such as the inbox of a caller; one sentence each. */
  warnings(): readonly string[];
  /** Closes the connections that the broker opened. */
  close(): Promise<void>;
}
