import { asRedisUnavailable, type RedisClient, type RedisPool } from '@nooble/redis';
import { onAbort } from '../timing/on-abort.ts';

/** Longest blocking read of the wake list (ms). A silent connection is detected soon after. */
const BLOCK_MS = 5_000;

/** Waits for the domain's wake token on a separate connection. */
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
   * Resolves to true if a token arrived within `timeoutMs` (at most 5 s) and before an abort. A token that arrives after the
   * abort is returned for another worker. Throws RedisUnavailableError.
   */
  async wait({ timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<boolean> {
    if (signal.aborted) return false;
    this.#waiting.add(signal);
    // An aborted wait leaves its BLPOP pending; reuse it instead of queueing a second one.
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
