import { RedisUnavailableError } from '@nooble/errors';
import { asRedisUnavailable, runScript, type RedisPool } from '@nooble/redis';
import { batchesOf } from '../protocol/chunks.ts';
import { readReplied, replyCall } from '../protocol/operations/reply.ts';
import type { EncodedReply } from '../protocol/replies.ts';

/** How long one call may take before the inbox counts as out of reach (ms). */
const CALL_LIMIT_MS = 2_000;
/** How often room is looked for in a full inbox, and for how long (ms). */
const FULL = { lookMs: 100, limitMs: 5_000 };
/** Most characters that wait here for a full or slow inbox; the outbox holds the rest. */
const MAX_WAITING = 8 * 1024 * 1024;

/** What a writer works with. */
export interface InboxWriterOptions {
  readonly redis: RedisPool;
  readonly prefix: string;
  /** `inbox:<id>`. */
  readonly replyTo: string;
  /** Nothing is on its way any more. */
  readonly onIdle: () => void;
}

interface Pending {
  readonly reply: EncodedReply;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Writes into one inbox, one call at a time; what comes meanwhile travels together with the next. An inbox out
 * of reach holds one command of the client, however many replies there are for it.
 */
export class InboxWriter {
  readonly #options: InboxWriterOptions;
  #pending: Pending[] = [];
  #waiting = 0;
  #isWriting = false;
  #isHanging = false;
  #fullMs = 0;

  constructor(options: InboxWriterOptions) {
    this.#options = options;
  }

  /** Resolves when the inbox holds it. Throws RedisUnavailableError, soon, when it cannot be written for now. */
  async write(reply: EncodedReply): Promise<void> {
    if (this.#isHanging) throw this.#unavailable('an earlier call has not returned yet');
    if (this.#waiting > MAX_WAITING) throw this.#unavailable('too much waits for it');
    this.#waiting += reply.text.length;
    return new Promise((resolve, reject) => {
      this.#pending.push({ reply, resolve, reject });
      if (this.#isWriting) return;
      this.#isWriting = true;
      queueMicrotask(() => void this.#writeAll());
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const [batch = []] = batchesOf(this.#pending, ({ reply }) => reply.text.length * 3);
      try {
        const taken = await this.#call(batch);
        for (const { resolve } of this.#leave(taken)) resolve();
        if (taken < batch.length) await this.#waitForRoom();
        else this.#fullMs = 0;
      } catch (error) {
        // Those that came meanwhile would fare alike.
        for (const { reject } of this.#leave(this.#pending.length)) reject(error as Error);
        this.#fullMs = 0;
      }
    }
    this.#isWriting = false;
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (!this.#isWriting && !this.#isHanging) this.#options.onIdle();
  }

  #leave(count: number): readonly Pending[] {
    const leaving = this.#pending.splice(0, count);
    for (const { reply } of leaving) this.#waiting -= reply.text.length;
    return leaving;
  }

  async #call(batch: readonly Pending[]): Promise<number> {
    const { redis, prefix, replyTo } = this.#options;
    const replies = batch.map(({ reply }) => reply);
    const call = this.#run(async () =>
      runScript(redis.command(), replyCall(prefix, replyTo, replies)),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.#isHanging = true;
        reject(this.#unavailable(`no answer within ${CALL_LIMIT_MS} ms`));
      }, CALL_LIMIT_MS);
    });
    try {
      return readReplied(await Promise.race([call, late]));
    } catch (error) {
      throw asRedisUnavailable(error, `deliver replies to "${replyTo}"`);
    } finally {
      clearTimeout(timer);
    }
  }

  async #run(send: () => Promise<unknown>): Promise<unknown> {
    try {
      return await send();
    } finally {
      if (this.#isHanging) {
        this.#isHanging = false;
        this.#tellIdle();
      }
    }
  }

  async #waitForRoom(): Promise<void> {
    this.#fullMs += FULL.lookMs;
    if (this.#fullMs > FULL.limitMs) throw this.#unavailable('the inbox is full');
    await new Promise((resolve) => setTimeout(resolve, FULL.lookMs));
  }

  #unavailable(reason: string): RedisUnavailableError {
    const attempted = `deliver replies to "${this.#options.replyTo}"`;
    return new RedisUnavailableError({ attempted, reason });
  }
}
