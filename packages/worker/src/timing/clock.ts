/** Where the worker reads time. Durations use the monotonic side; only what people read uses the other. */
export interface Clock {
  /** Ms that never go back; comparable with `Lease.deadline`. */
  monotonicMs(): number;
  /** Ms since 1970, UTC. */
  epochMs(): number;
}

/** The clocks of this process. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  epochMs: () => Date.now(),
};
