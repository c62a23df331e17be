import { newId } from '@nooble/models';
import { defineScript, runScript, type RedisPool } from '@nooble/redis';
import type { Logger } from 'pino';

/** Time for which a reader counts without a renewal: its replica may have been killed (ms). */
const PRESENT_MS = 9_000;
const RENEWAL_MS = 3_000;

/** Registers a reader for a time, or removes it, and returns the number of the other readers. */
const NOTE = defineScript({
  name: 'gateway-readers',
  lua: `
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local reader, ms = ARGV[1], tonumber(ARGV[2])
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
    redis.call('ZREM', KEYS[1], reader)
    local others = redis.call('ZCARD', KEYS[1])
    if ms > 0 then
      redis.call('ZADD', KEYS[1], now + ms, reader)
      redis.call('PEXPIRE', KEYS[1], math.max(ms, ${PRESENT_MS}))
    end
    return others
  `,
});

/** A streamed action of a tenant. */
export interface ReadAction {
  readonly tenantId: string;
  readonly actionId: string;
}

export interface ReadersOptions {
  readonly redis: RedisPool;
  readonly prefix: string;
  /** Time for which an action goes on without a reader (ms). */
  readonly resumeMs: number;
  readonly logger: Logger;
}

/**
 * The clients that read answers, on all replicas. A reader that leaves counts for `resumeMs` more; the replica of the last one then
 * stops the action.
 */
export class Readers {
  readonly #options: ReadersOptions;
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: ReadersOptions) {
    this.#options = options;
  }

  /**
   * Registers a reader until the returned function is called. If its client has left before the end, and nobody reads
   * `resumeMs` later, `abandon` is called.
   */
  join(action: ReadAction, abandon: () => unknown): (hasLeft: boolean) => void {
    const note = async (ms: number): Promise<number> => this.#note(action, reader, ms);
    const reader = newId();
    const renew = (): void => void note(PRESENT_MS).catch(this.#ignore);
    renew();
    const renewal = setInterval(renew, RENEWAL_MS);
    return (hasLeft) => {
      clearInterval(renewal);
      const left = hasLeft ? this.#leave(note, abandon) : note(0).then(() => undefined);
      const leaving = left.catch(this.#ignore);
      this.#leaving.add(leaving);
      void leaving.finally(() => this.#leaving.delete(leaving));
    };
  }

  /** Resolves when it is decided about all actions whose clients have left. */
  async settled(): Promise<void> {
    while (this.#leaving.size > 0) await Promise.all(this.#leaving);
  }

  async #leave(note: (ms: number) => Promise<number>, abandon: () => unknown): Promise<void> {
    const { resumeMs } = this.#options;
    if (resumeMs > 0) {
      await note(resumeMs);
      await pause(resumeMs);
    }
    let others = await note(0);
    if (others > 0) {
      // The replica of the others may have been killed: then nobody renews them, and nobody else would stop the action.
      await pause(PRESENT_MS);
      others = await note(0);
    }
    if (others === 0) await abandon();
  }

  async #note({ tenantId, actionId }: ReadAction, reader: string, ms: number): Promise<number> {
    const { redis, prefix } = this.#options;
    const key = `${prefix}:gateway:{${tenantId}/${actionId}}:readers`;
    const call = { script: NOTE, keys: [key], args: [reader, ms] };
    return Number(await runScript(redis.command(), call));
  }

  /** An action whose readers are unknown goes on to its end. */
  readonly #ignore = (error: unknown): void => {
    this.#options.logger.warn({ err: error }, 'Cannot note the readers of an answer');
  };
}

async function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
