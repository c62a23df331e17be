import type { WireError } from '@nooble/errors';
import type { DomainAction, Tier } from '@nooble/models';

/** The right to settle one action, from a claim until it is settled, released or lost. */
export interface Lease {
  readonly actionId: string;
  readonly tenantId: string;
  readonly tier: Tier;
  /** The claim's clock value, µs; only the holder of the current token may settle. */
  readonly token: string;
  /** When the lease ends unless renewed, on this process's monotonic clock (`performance.now()`) (ms). */
  readonly deadline: number;
}

/** An action handed to a worker, as it was stored. */
export interface ClaimedAction {
  readonly lease: Lease;
  /** The wire JSON exactly as it was accepted; it may come from any service. */
  readonly envelope: string;
  /** Earlier attempts that failed; the first attempt has 0. */
  readonly failures: number;
  /** Earlier workers that died or lost their lease while running it. */
  readonly stalls: number;
  /** How often it came back from the dead letters. */
  readonly redrives: number;
  /** True on its last permitted stall: at most one such action runs per worker. */
  readonly suspect: boolean;
  /** How long it was ready and waiting before this claim (ms). */
  readonly waitedMs: number;
  /** How long its end is kept for whoever asks (ms); 0 for not at all. */
  readonly retainMs: number;
  /** How long ago it was first throttled since its last counted attempt (ms); 0 if it was not. */
  readonly throttledMs: number;
  /** How long ago it first met a worker without its handler since one last ran it (ms); 0 if it did not. */
  readonly unhandledMs: number;
  /** From this claim until it expires (ms); absent for never. */
  readonly expiresInMs?: number;
}

/** How an attempt ended. Durations in ms. */
export type Outcome =
  | { readonly status: 'done'; readonly result?: unknown }
  | { readonly status: 'retry'; readonly delayMs: number; readonly error: WireError }
  | PutOff
  | { readonly status: 'dead'; readonly error: WireError }
  | { readonly status: 'release' };

/**
 * Runs again after `delayMs` like a retry, but no failure is counted: the handler was `throttled` by what it
 * uses, or the worker has no handler for the type (`unhandled`). How long that may go on is the worker's to judge.
 */
export interface PutOff {
  readonly status: 'throttled' | 'unhandled';
  readonly delayMs: number;
  readonly error: WireError;
}

/** One finished attempt on its way back: the broker also sends its callback or reply. */
export interface Settlement {
  readonly claimed: ClaimedAction;
  /** The decoded envelope; absent when it could not be decoded, and then nobody is told. */
  readonly action?: DomainAction;
  readonly outcome: Outcome;
}

/**
 * It was refused as it is: no message can carry its outcome, or its script raised an error. No other settlement is
 * concerned.
 */
export interface SettleRefusal {
  readonly refused: unknown;
}

/** Outcome of one settlement. */
export type SettleAnswer = SettleResult | SettleRefusal;

/** Answers by settlement, the very objects of the request; one that is absent is `unsent`. */
export type SettleAnswers = ReadonlyMap<Settlement, SettleAnswer>;

/** `ok` it took effect, `already` an earlier sending did, `lost` another worker owns the action, `unsent` send it again. */
export type SettleResult = 'ok' | 'already' | 'lost' | 'unsent';

export interface ClaimRequest {
  /** Free slots; 0 still settles, promotes and reclaims. */
  readonly slots: number;
  /** Finished attempts that travel in the same round trip. */
  readonly settlements?: readonly Settlement[];
  /** False while this worker already runs a suspect. @default true */
  readonly acceptSuspect?: boolean;
}

export interface ClaimResult {
  readonly claimed: readonly ClaimedAction[];
  /**
   * Answers to the settlements of the request. A promise, which never rejects, for one whose caller could not be
   * notified at once: it is settled apart.
   */
  readonly settled: ReadonlyMap<Settlement, SettleAnswer | Promise<SettleAnswer>>;
  /** Ms from now until something falls due (a delayed action, a lease, an outbox entry); absent when nothing is pending. */
  readonly dueInMs?: number;
  /** How far the domain's clock is ahead of the server's, which was set back (ms); absent when it is not. */
  readonly clockLeadMs?: number;
}

/**
 * What a worker needs from a queue of one domain. Every method throws `RedisUnavailableError`
 * while the queue cannot be reached; calling again is always safe.
 */
export interface QueueBroker {
  readonly domain: string;
  /** Length of a lease (ms); renew every third of it. */
  readonly leaseMs: number;
  /** One round trip: settles, promotes what is due, takes back expired leases, claims the next fair batch. */
  claim(request: ClaimRequest): Promise<ClaimResult>;
  /** Settles without claiming. */
  settle(settlements: readonly Settlement[]): Promise<SettleAnswers>;
  /** Moves the deadlines of running actions; answers the renewed leases, with lost ones left out. */
  renew(leases: readonly Lease[]): Promise<readonly Lease[]>;
  /** Gives actions back to the head of their queues, no attempt counted; pass them in the order of their claim. */
  release(claimed: readonly ClaimedAction[]): Promise<void>;
  /**
   * Resolves to true when there may be work, and to false after `timeoutMs` or when the signal aborts. Never
   * rejects on abort. Until then it may take the word that was meant for another worker.
   */
  waitForWork(options: {
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  }): Promise<boolean>;
  /** Round trip on the connection that consumes; rejects when it is not usable. */
  ping(): Promise<void>;
  /** What cannot be reached while the queue itself can, such as the inbox of a caller; a sentence each. */
  warnings(): readonly string[];
  /** Ends the broker's own connections. */
  close(): Promise<void>;
}
