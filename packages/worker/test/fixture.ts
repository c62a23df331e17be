import { defineAction, type DomainAction } from '@nooble/models';
import type { DomainQueueManager } from '@nooble/queue';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor, type Handler } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import type { WorkerEventMap } from '../src/reporting/events.ts';
import type { WorkerOptions } from '../src/options.ts';
import type { FakeBroker } from './fake-broker.ts';

/** The action that most tests send. */
export const generate = defineAction('embedding.generate', {
  data: z.object({ text: z.string() }),
  result: z.object({ length: z.number() }),
});

export type Generate = Handler<{ text: string }, { length: number }>;

export function generateAction(fields: Partial<DomainAction> = {}): DomainAction {
  const input = { tenantId: 'acme', tenantTier: 'free', data: { text: 'hello' } } as const;
  return { ...generate.create(input), ...fields };
}

/** A worker with a broker in memory, stopped when the test ends. */
export function workerOn(
  broker: FakeBroker,
  handler: Generate | ActionProcessor,
  options: Partial<WorkerOptions> = {},
): BaseWorker {
  const processor =
    handler instanceof ActionProcessor
      ? handler
      : new ActionProcessor().register(generate, handler);
  const worker = new BaseWorker({
    domain: broker.domain,
    redis: 'redis://127.0.0.1:1',
    queues: queuesInMemory(),
    logger: false,
    handleSignals: false,
    graceMs: 0,
    ...options,
    broker,
    processor,
  });
  onTestFinished(async () => worker.stop());
  return worker;
}

/** Replaces a manager whose child actions no test looks at. */
export function queuesInMemory(): DomainQueueManager {
  const queues = { within: (parent: DomainAction) => ({ parent }), close: async () => {} };
  return queues as unknown as DomainQueueManager;
}

/** Resolves to the next event of a name. */
export async function next<Name extends keyof WorkerEventMap>(
  worker: BaseWorker,
  name: Name,
): Promise<WorkerEventMap[Name][0]> {
  const once = worker.events.once.bind(worker.events) as (
    name: string,
    listener: (event: WorkerEventMap[Name][0]) => void,
  ) => unknown;
  return new Promise((resolve) => once(name, resolve));
}

/** A promise that is settled from outside. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  const settle: ((value: T) => void)[] = [];
  const promise = new Promise<T>((resolve) => settle.push(resolve));
  return { promise, resolve: (value) => settle[0]?.(value) };
}

/** Rejects with the reason of the signal, as a cooperative handler does. */
export async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** A handler that waits, and counts its runs: in total, concurrent, and the maximum. */
export function counted(wait: () => Promise<unknown>) {
  const seen = { running: 0, most: 0 };
  const handle = async (): Promise<{ length: number }> => {
    seen.most = Math.max(seen.most, (seen.running += 1));
    await wait();
    seen.running -= 1;
    return { length: 0 };
  };
  return { seen, handle };
}

/** Reads a stream to its end. */
export async function readAll<Item, Result>(stream: AsyncIterator<Item, Result>) {
  const items: Item[] = [];
  for (;;) {
    const next = await stream.next();
    if (next.done === true) return { items, result: next.value };
    items.push(next.value);
  }
}
