import type { Journal } from '../journal.ts';

/** How often this process looks at the clock, and from what delay on it stood still (ms). */
const LOOK_MS = 20;
const STALL_MS = 60;

/** Writes down when this process got no time to run: what it held may be another's by then. */
export function noteStalls(journal: Journal): void {
  let last = performance.now();
  setInterval(() => {
    const ms = performance.now() - last - LOOK_MS;
    last = performance.now();
    if (ms > STALL_MS) journal.write({ event: 'stall', ms: Math.round(ms) });
  }, LOOK_MS);
}
