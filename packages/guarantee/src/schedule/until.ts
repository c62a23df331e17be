import { setTimeout as wait } from 'node:timers/promises';

/** Polling interval (ms). */
const POLL_MS = 50;

/** Polls until `find` returns a value, for up to `timeoutMs`; undefined after that. An error counts as no value. */
export async function until<T>(
  find: () => Promise<T | undefined> | T | undefined,
  timeoutMs: number,
): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await resultOf(find);
    if (found !== undefined || performance.now() > end) return found;
    await wait(POLL_MS);
  }
}

/** Polls until `isReady` returns true. Throws after `timeoutMs`; `what` names the awaited condition in the message. */
export async function untilReady(
  what: string,
  isReady: () => Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  if (await until(async () => (await isReady()) || undefined, timeoutMs)) return;
  throw new Error(`Timed out after ${timeoutMs} ms waiting for ${what}`);
}

async function resultOf<T>(find: () => Promise<T | undefined> | T | undefined) {
  try {
    return await find();
  } catch {
    return undefined;
  }
}
