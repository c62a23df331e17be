import type { Journal } from './journal.ts';

const INTERVAL_MS = 5_000;

/** Records the heap of this process if it was started with `--expose-gc`. */
export function recordMemory(journal: Journal, role: string): void {
  const collect = globalThis.gc;
  if (!collect) return;
  setInterval(() => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    journal.write({ event: 'memory', role, heap: heapUsed + external });
  }, INTERVAL_MS).unref();
}
