import type { QueueBroker, Wait } from '../broker.ts';
import { onAbort } from '../timing/on-abort.ts';

/** Waits for the first of several brokers to have work. Throws the error of the first if none can wait. */
export async function waitForAny(
  brokers: readonly Pick<QueueBroker, 'waitForWork'>[],
  options: Wait,
): Promise<boolean> {
  const woken = new AbortController();
  const { signal } = woken;
  const ignore = onAbort(options.signal, () => woken.abort());
  try {
    return await Promise.any(brokers.map(async (each) => each.waitForWork({ ...options, signal })));
  } catch (error) {
    throw (error as AggregateError).errors[0];
  } finally {
    ignore();
    woken.abort();
  }
}
