/** A fault of the Redis under test, or of the connections to it. */
export interface Fault {
  readonly name: string;
  /** Maximum time until a worker consumes again after the fault (ms). */
  readonly limitMs: number;
  /** It kills the server, which restarts with the same data. */
  readonly killsServer?: boolean;
  /** It lasts long enough that the health of a worker must be red meanwhile. */
  readonly turnsRed?: boolean;
  /** Redis may lose acknowledged writes, which no client can prevent. */
  readonly mayLoseWrites?: boolean;
  /** Resolves when the fault is over; its effect on connections may last longer. */
  inject(): Promise<void>;
}

/** Minimum duration of a run that includes long faults (s). */
export const LONG_RUN_SECONDS = 30;

/** Time limit for faults after which clients only have to reconnect (ms). */
export const USUAL_LIMIT_MS = 10_000;
