import type { WireError } from '@nooble/errors';
import type { Tier } from '@nooble/models';
import type { ThrottleHold } from '../protocol/held-key-list.ts';
import type { WorkerEntry } from './worker-list.ts';

/** Reasons why an action waits for its turn. */
export type WaitingReason =
  /** Actions of the same tenant are ahead in its queue; `isMore` if there are more than that number. */
  | { readonly kind: 'behind'; readonly ahead: number; readonly isMore: boolean }
  /** Its tenant runs as many actions as it may. */
  | { readonly kind: 'capped'; readonly active: number; readonly cap: number | null }
  /** Its tenant is paused, or suspended: then new actions are refused as well. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'suspended' }
  /** An action of its tenant met a limit that holds the tenant until then (ISO 8601 UTC). */
  | { readonly kind: 'held'; readonly until: string }
  /** Its domain is paused. */
  | { readonly kind: 'domain-paused'; readonly pause: 'serving' | 'admission' | 'moved' }
  /** Workers died running it: it runs alone on a worker, after other suspects. */
  | { readonly kind: 'suspect'; readonly ahead?: number; readonly stalls: number }
  /** It is blocked in its sequence: `ahead` actions run before it, of which `leaderId` is the first. */
  | { readonly kind: 'sequence'; readonly leaderId: string; readonly ahead: number }
  /** Tenants of higher tiers may be served now; in `strict` mode every `floor`-th turn goes to the tier that has waited longest. */
  | {
      readonly kind: 'higher-tiers';
      readonly tiers: readonly Tier[];
      readonly mode?: string;
      readonly floor?: number;
    }
  /** Other tenants of its tier have received less of their share so far. */
  | { readonly kind: 'turn'; readonly tenantsAhead: number }
  /** All slots of all workers are in use. */
  | {
      readonly kind: 'no-free-slot';
      readonly running: number;
      readonly concurrency: number;
      readonly workers: number;
    }
  /** These throttle keys are held: if its handler uses one of them, a worker puts the action off until the key is free. */
  | { readonly kind: 'throttle-keys'; readonly holds: readonly ThrottleHold[] }
  /** It expired while it waited: it ends when its turn comes. */
  | { readonly kind: 'expired'; readonly at: string };

/** A name in the journal of an action that has no answer yet. */
export type Awaited =
  /** The outcome of a child action. */
  | {
      readonly name: string;
      readonly of: 'call';
      readonly actionType: string;
      readonly actionId: string;
    }
  /** A signal, until a time (ISO 8601 UTC) if there is one. */
  | { readonly name: string; readonly of: 'signal'; readonly until?: string };

/** The names that a handler waits for, up to 20, and their number. */
interface AwaitedNames {
  readonly awaited: readonly Awaited[];
  readonly count: number;
}

/** Reasons why an action is delayed. Times are ISO 8601 UTC. */
export type DelayReason =
  /** Its last attempt failed. */
  | { readonly kind: 'retry'; readonly until: string; readonly failures: number }
  /** It was sent for later. */
  | { readonly kind: 'run-at'; readonly until: string }
  /** It has a future slot in the minute limit of its tenant. */
  | { readonly kind: 'rate-limit'; readonly until: string }
  /** A resource of its handler is at its limit, at the latest since `since`. */
  | { readonly kind: 'throttled'; readonly until: string; readonly since: string }
  /** The workers that it met had no handler for its type, since `since`. */
  | { readonly kind: 'unhandled'; readonly until: string; readonly since: string }
  /** Its handler waits, in no worker: it goes on with the first answer, or at the time. */
  | ({ readonly kind: 'parked'; readonly until: string } & AwaitedNames);

/** Reasons that explain where an action is. Compare `kind`; further kinds may follow. */
export type Reason =
  | WaitingReason
  | DelayReason
  /** No worker of the domain is live. */
  | { readonly kind: 'no-worker' }
  /** A worker runs it. */
  | {
      readonly kind: 'running';
      readonly since: string;
      readonly leaseUntil: string;
      /** Number of this attempt, counted from 1. */
      readonly attempt: number;
      /** Process that holds the lease. */
      readonly workerId: string;
      /** Absent if it is not live. */
      readonly worker?: WorkerEntry;
    }
  /** Its handler waits, and holds no slot. */
  | ({ readonly kind: 'waits' } & AwaitedNames)
  /** It was cancelled while it runs: its handler has to stop. */
  | { readonly kind: 'cancelled' }
  /** Its lease has ended: another worker takes it back soon. */
  | { readonly kind: 'lease-ended'; readonly at: string }
  | { readonly kind: 'dead'; readonly at?: string; readonly error: WireError }
  /** It ended, and its outcome is kept. */
  | { readonly kind: 'ended'; readonly ending: 'done' | 'expired' | 'cancelled' }
  /** It ended, was never sent, or belongs to another tenant. */
  | { readonly kind: 'unknown' };
