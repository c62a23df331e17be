import { asRedisUnavailable, type RedisClient, type RedisPool } from '@nooble/redis';
import type { Wait, Word } from '../broker.ts';
import { onAbort } from '../timing/on-abort.ts';
import { NUDGE, wordOf } from './words.ts';

/** Longest blocking read of the lists (ms). A silent connection is detected soon after. */
const BLOCK_MS = 5_000;
/** Lifetime of a nudge that nobody reads (ms). */
const NUDGE_TTL_MS = 60_000;

/** Dependencies of a wake-up. */
export interface WakeParts {
  readonly redis: RedisPool;
  /** List of the wake token of the domain. */
  readonly wakeKey: string;
  /** List of the words for this process. */
  readonly wordsKey: string;
  readonly onWord: (word: Word) => void;
}

/** Result of a blocking read. */
type Heard = 'token' | 'word' | 'nothing';

interface Read {
  readonly heard: Promise<Heard>;
  readonly takesToken: boolean;
}

/** Waits for the words for this process and for the domain's wake token, on a separate connection. */
export class Wake {
  readonly #parts: WakeParts;
  /** Signals of the waits that take a token. */
  readonly #takers = new Set<AbortSignal>();
  #blocking: RedisClient | undefined;
  #read: Read | undefined;

  constructor(parts: WakeParts) {
    this.#parts = parts;
  }

  /**
   * Resolves to true if a token arrived within `timeoutMs` (at most 5 s) and before an abort. A token that arrives after the
   * abort is returned for another worker. Reports the words that arrive meanwhile. Throws RedisUnavailableError.
   */
  async wait({ timeoutMs, signal, takesToken = true }: Wait): Promise<boolean> {
    if (signal.aborted) return false;
    if (takesToken) this.#takers.add(signal);
    const untilMs = performance.now() + timeoutMs;
    try {
      return (await this.#next({ untilMs, signal, takesToken })) === 'token' && takesToken;
    } catch (error) {
      if (signal.aborted) return false;
      throw asRedisUnavailable(error, 'wait for work');
    } finally {
      this.#takers.delete(signal);
    }
  }

  close(): void {
    this.#blocking?.disconnect();
    this.#blocking = undefined;
  }

  /** Reads until a token arrives. An aborted wait leaves its read pending: it is used again instead of a second one. */
  async #next(wait: { untilMs: number; signal: AbortSignal; takesToken: boolean }): Promise<Heard> {
    const { untilMs, signal, takesToken } = wait;
    for (;;) {
      if (takesToken && this.#read?.takesToken === false) this.#nudge();
      const { heard, takesToken: mayTake } = (this.#read ??= this.#begin(untilMs, takesToken));
      const result = await untilAborted(heard, signal);
      const isForOther = takesToken && !mayTake;
      if (signal.aborted || (result !== 'word' && !isForOther)) return result;
      if (performance.now() >= untilMs) return 'nothing';
    }
  }

  #begin(untilMs: number, takesToken: boolean): Read {
    const leftMs = untilMs - performance.now();
    const seconds = Math.max(1, Math.min(leftMs, BLOCK_MS)) / 1000;
    return { takesToken, heard: this.#pop(seconds, takesToken) };
  }

  async #pop(seconds: number, takesToken: boolean): Promise<Heard> {
    const { redis, wakeKey, wordsKey, onWord } = this.#parts;
    this.#blocking ??= redis.blocking();
    try {
      const keys = takesToken ? [wordsKey, wakeKey] : [wordsKey];
      const [key, text = ''] = (await this.#blocking.blpop(keys, seconds)) ?? [];
      if (key === undefined) return 'nothing';
      if (key === wakeKey) return this.#token();
      const word = wordOf(text);
      if (word) onWord(word);
      return 'word';
    } finally {
      this.#read = undefined;
    }
  }

  #token(): Heard {
    const isHeard = [...this.#takers].some((signal) => !signal.aborted);
    if (!isHeard) this.#send(async (redis) => redis.lpush(this.#parts.wakeKey, '1'));
    return 'token';
  }

  /** Ends a read for words alone, so that the next one takes a token as well. */
  #nudge(): void {
    const { wordsKey } = this.#parts;
    this.#send(async (redis) =>
      Promise.all([redis.rpush(wordsKey, NUDGE), redis.pexpire(wordsKey, NUDGE_TTL_MS)]),
    );
  }

  #send(call: (redis: RedisClient) => Promise<unknown>): void {
    call(this.#parts.redis.command()).catch(() => undefined);
  }
}

async function untilAborted(work: Promise<Heard>, signal: AbortSignal): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const ignore = onAbort(signal, () => resolve('nothing'));
    work.then(resolve, reject).finally(ignore);
  });
}
