import { setTimeout as wait } from 'node:timers/promises';

/** How often one looks (ms). */
const LOOK_MS = 50;

/** Looks until something is found, `limitMs` at most; undefined when it was not. A look that throws found nothing. */
export async function until<T>(
  look: () => Promise<T | undefined> | T | undefined,
  limitMs: number,
): Promise<T | undefined> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await tried(look);
    if (found !== undefined || performance.now() > end) return found;
    await wait(LOOK_MS);
  }
}

/** As `until`, for what has to come: throws an Error that says what did not. */
export async function untilReady(
  what: string,
  isReady: () => Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  if (await until(async () => (await isReady()) || undefined, limitMs)) return;
  throw new Error(`Timed out after ${limitMs} ms waiting for ${what}`);
}

async function tried<T>(look: () => Promise<T | undefined> | T | undefined) {
  try {
    return await look();
  } catch {
    return undefined;
  }
}
