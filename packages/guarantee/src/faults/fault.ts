/** Something bad that can be done to the Redis under test, or to the way there. */
export interface Fault {
  readonly name: string;
  /** How long a worker may take to consume again once it is over (ms). */
  readonly limitMs: number;
  /** It lasts long enough that a worker's health has to be red meanwhile. */
  readonly turnsRed?: boolean;
  /** Redis may lose by it what it acknowledged, which nobody can promise away. */
  readonly mayLoseWrites?: boolean;
  /** Resolves when the fault is over; what it did to connections may last. */
  strike(): Promise<void>;
}

/** From so many seconds on there is time for the faults that take long. */
export const LONG_RUN_SECONDS = 30;

/** Time enough for whatever reconnects (ms). */
export const USUAL_LIMIT_MS = 10_000;
