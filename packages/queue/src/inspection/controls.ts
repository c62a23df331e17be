import { assertDomain, type DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { CallRings } from '../protocol/call-ring.ts';
import type { Partitions } from '../protocol/partitions.ts';
import type { ActionRef } from '../admission/receipt.ts';
import { signalAction, type SignalResult } from '../delivery/signals.ts';
import type { CancelResult } from '../protocol/operations/cancel.ts';
import { cancelAction, ownRef } from './stored-actions.ts';
import { DeadLetters } from './dead-letters.ts';
import { pauseOf, setPaused, type PauseOptions, type PauseTarget } from './pausing.ts';
import { repartition } from './repartition.ts';

/** Functions of a manager that change stored actions, or how a domain is served. */
export interface Controls {
  /**
   * Cancels an action, and its caller is notified. If it runs, the signal of its handler is aborted, wherever that is, and so
   * are the actions that it has sent. An action of another tenant is `unknown`.
   */
  cancel(this: void, ref: ActionRef): Promise<CancelResult>;
  /**
   * Resolves `ctx.waitFor(name)` of an action: an approval, or a message from another service. The first value counts; it is
   * kept if the handler has not come to its wait yet. Throws InvalidActionError, and PayloadTooLargeError for a value that its
   * journal cannot hold.
   */
  signal(this: void, ref: ActionRef, name: string, value: unknown): Promise<SignalResult>;
  /** Stops serving; running actions continue. Admission continues as well, unless `admission` is set. */
  pause(this: void, target: PauseTarget, options?: PauseOptions): Promise<void>;
  /** Resumes serving and admission. */
  resume(this: void, target: PauseTarget): Promise<void>;
  /** Returns the dead letters of a domain, to list, redrive and discard. */
  deadLetters(this: void, domain: string): DeadLetters;
  /**
   * Changes the number of partitions of an empty domain (1 to 64), which a Cluster distributes over its nodes. Resets
   * limits, idempotency keys and pauses of its tenants. Workers and senders notice the change by themselves. Throws
   * DomainNotEmptyError. Repeating the call completes an interrupted change.
   */
  setPartitions(this: void, domain: string, count: number): Promise<void>;
}

interface Parts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
  readonly rings: CallRings;
  readonly maxPayloadBytes: number;
}

/** `actsFor` is the action whose tenant limits what can be changed. */
export function controlsOf(parts: Parts, actsFor: DomainAction | undefined): Controls {
  return {
    cancel: async (ref) => cancelAction(parts, ownRef(ref, actsFor)),
    signal: async (ref, name, value) => signalAction(parts, ownRef(ref, actsFor), { name, value }),
    pause: async (target, options = {}) => setPaused(parts, target, pauseOf(options)),
    resume: async (target) => setPaused(parts, target, { verb: 'resume', admission: false }),
    deadLetters: (domain) => {
      assertDomain(domain);
      return new DeadLetters(parts, domain);
    },
    setPartitions: async (domain, count) => {
      assertDomain(domain);
      await repartition(parts, domain, count);
    },
  };
}
