import { assertDomain } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { CallRings } from '../protocol/call-ring.ts';
import type { Partitions } from '../protocol/partitions.ts';
import { DeadLetters } from './dead-letters.ts';
import { pauseOf, setPaused, type PauseOptions, type PauseTarget } from './pausing.ts';
import { repartition } from './repartition.ts';

/** Functions of a manager that change how a domain is served. */
export interface Controls {
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
}

export function controlsOf(parts: Parts): Controls {
  return {
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
