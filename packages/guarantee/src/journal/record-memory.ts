import type { Journal } from './journal.ts';

const INTERVAL_MS = 5_000;

/** Records the memory of this process if it was started with `--expose-gc`. */
export function recordMemory(journal: Journal, role: string): void {
  const collect = globalThis.gc;
  if (!collect) return;
  setInterval(() => {
    collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    journal.write({ event: 'memory', role, heap: heapUsed + external, rss });
  }, INTERVAL_MS).unref();
}
