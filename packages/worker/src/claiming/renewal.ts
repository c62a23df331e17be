import type { Lease, QueueBroker } from '@nooble/queue';
import type { Publish } from '../reporting/events.ts';
import type { Ahead } from '../attempts/ahead.ts';
import type { Running } from '../attempts/running.ts';

/** Renewals per lease: two may fail before a lease is in danger. */
const RENEWALS_PER_LEASE = 3;

/** Dependencies of a renewal. */
export interface RenewalParts {
  readonly broker: QueueBroker;
  readonly running: Running;
  readonly ahead: Ahead;
  readonly publish: Publish;
}

/**
 * Renews, in one call, the leases of running actions, of those claimed ahead, and of ended ones that the queue does not know
 * yet.
 */
export class Renewal {
  readonly #parts: RenewalParts;
  #timer: NodeJS.Timeout | undefined;
  #renewing = false;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  start(): void {
    const everyMs = this.#parts.broker.leaseMs / RENEWALS_PER_LEASE;
    this.#timer ??= setInterval(() => void this.#renew(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    const { broker, running, ahead, publish } = this.#parts;
    const attempts = [...running.leaseholders, ...ahead.leaseholders];
    if (this.#renewing || attempts.length === 0) return;
    this.#renewing = true;
    try {
      const renewed = await broker.renew(attempts.map((attempt) => attempt.claimed.lease));
      const byToken = new Map(renewed.map((lease) => [keyOf(lease), lease]));
      for (const attempt of attempts) {
        const lease = byToken.get(keyOf(attempt.claimed.lease));
        if (lease) attempt.renewed(lease);
        // An attempt may have been settled or released meanwhile; the reply to that call decides its ending.
        else if (!attempt.ending && attempt.holdsLease) attempt.lose();
      }
    } catch (error) {
      publish('error', { attempted: `renew the leases of domain "${broker.domain}"`, error });
    } finally {
      this.#renewing = false;
    }
  }
}

/** A worker may lose an action and claim it again: the token distinguishes the two. */
function keyOf({ actionId, token }: Lease): string {
  return `${actionId} ${token}`;
}
