import type { Journal } from '../journal.ts';

const EVERY_MS = 5_000;

/** Writes down what this process keeps in memory, where it was started so that it may collect garbage. */
export function noteMemory(journal: Journal, role: string): void {
  const collect = globalThis.gc;
  if (!collect) return;
  setInterval(() => {
    collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    journal.write({ event: 'memory', role, heap: heapUsed + external, rss });
  }, EVERY_MS).unref();
}
