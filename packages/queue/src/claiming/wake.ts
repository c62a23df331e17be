import { asRedisUnavailable, type RedisClient, type RedisPool } from '@nooble/redis';
import { onAbort } from '../timing/on-abort.ts';

/** Longest block on the wake list; a silent connection is noticed soon after. */
const BLOCK_MS = 5_000;

/** Waits for the domain's wake token on a connection of its own. */
export class Wake {
  readonly #redis: RedisPool;
  readonly #key: string;
  readonly #waiting = new Set<AbortSignal>();
  #blocking: RedisClient | undefined;
  #popping: Promise<boolean> | undefined;

  constructor(redis: RedisPool, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  /**
   * Resolves to whether a token came within `timeoutMs` (at most 5 s) and before an abort. One that comes
   * after the abort is pushed back for another worker. Throws RedisUnavailableError.
   */
  async wait({ timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<boolean> {
    if (signal.aborted) return false;
    this.#waiting.add(signal);
    // One that was given up has left its pop behind: another would only queue up after it.
    this.#popping ??= this.#pop(timeoutMs);
    try {
      return await untilAborted(this.#popping, signal);
    } catch (error) {
      if (signal.aborted) return false;
      throw asRedisUnavailable(error, 'wait for work');
    } finally {
      this.#waiting.delete(signal);
    }
  }

  close(): void {
    this.#blocking?.disconnect();
    this.#blocking = undefined;
  }

  async #pop(timeoutMs: number): Promise<boolean> {
    this.#blocking ??= this.#redis.blocking();
    const seconds = Math.max(1, Math.min(timeoutMs, BLOCK_MS)) / 1000;
    try {
      const token = await this.#blocking.blpop(this.#key, seconds);
      const isHeard = [...this.#waiting].some((signal) => !signal.aborted);
      if (token && !isHeard) this.#passOn();
      return token !== null;
    } finally {
      this.#popping = undefined;
    }
  }

  #passOn(): void {
    this.#redis
      .command()
      .lpush(this.#key, '1')
      .catch(() => undefined);
  }
}

async function untilAborted(work: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const ignore = onAbort(signal, () => resolve(false));
    work.then(resolve, reject).finally(ignore);
  });
}
