import { isUnavailable } from '@nooble/redis';

/** Shortest and longest delay between calls while Redis cannot be reached (ms). */
const PAUSE = { leastMs: 100, mostMs: 2_000 };

/**
 * Repeats a call while Redis cannot be reached: what a step has computed must not be lost to an outage. `assertOpen` ends it
 * by throwing, once the lease is lost or the attempt aborted.
 */
export async function untilReached<T>(send: () => Promise<T>, assertOpen: () => void): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    assertOpen();
    try {
      return await send();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
    const pauseMs = Math.min(PAUSE.mostMs, PAUSE.leastMs * 2 ** Math.min(failures, 8));
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random() / 2)));
  }
}
