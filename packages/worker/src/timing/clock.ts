/** Clocks of a worker: the monotonic clock for durations, the other one only for times shown to people. */
export interface Clock {
  /** Monotonic time (ms), comparable with `Lease.deadline`. */
  monotonicMs(): number;
  /** Unix time (ms). */
  epochMs(): number;
}

/** The clocks of this process. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  epochMs: () => Date.now(),
};
