/** Leads above this are reported (ms). A smaller one disappears by itself after a failover. */
const TOLD_MS = 1_000;

/** Warns of a domain whose clock is ahead of its server's, once each time it happens. */
export class ClockLead {
  readonly #domain: string;
  readonly #onWarning: (warning: string) => void;
  #isTold = false;
  #latestMs = 0;

  constructor(domain: string, onWarning: (warning: string) => void) {
    this.#domain = domain;
    this.#onWarning = onWarning;
  }

  /** The lead as of the last claim, in the form of a claim's result. */
  get latest(): { clockLeadMs?: number } {
    return this.#latestMs > 0 ? { clockLeadMs: this.#latestMs } : {};
  }

  note(leadMs: number): void {
    this.#latestMs = leadMs;
    const isAhead = leadMs > TOLD_MS;
    if (isAhead && !this.#isTold) {
      this.#onWarning(
        `The clock of Redis was set back by ${leadMs} ms: domain "${this.#domain}" goes on from where it was, so its UTC days begin that much early. Check the time service of the Redis host`,
      );
    }
    this.#isTold = isAhead;
  }
}
