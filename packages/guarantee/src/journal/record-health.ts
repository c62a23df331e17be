import { setTimeout as wait } from 'node:timers/promises';
import type { BaseWorker } from '@nooble/worker';
import type { Journal } from './journal.ts';

const INTERVAL_MS = 250;

/** Records the health of a worker whenever it changes. */
export async function recordHealth(journal: Journal, worker: BaseWorker): Promise<void> {
  let last = '';
  for (;;) {
    const { status } = await worker.health();
    if (status !== last) journal.write({ event: 'health', status });
    last = status;
    await wait(INTERVAL_MS);
  }
}
