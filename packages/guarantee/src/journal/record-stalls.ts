import type { Journal } from './journal.ts';

/** Interval at which this process checks the clock, and the delay that counts as a stall (ms). */
const CHECK_MS = 20;
const STALL_MS = 60;

/** Records when this process was not scheduled: it may have lost its leases meanwhile. */
export function recordStalls(journal: Journal): void {
  let last = performance.now();
  setInterval(() => {
    const ms = performance.now() - last - CHECK_MS;
    last = performance.now();
    if (ms > STALL_MS) journal.write({ event: 'stall', ms: Math.round(ms) });
  }, CHECK_MS);
}
