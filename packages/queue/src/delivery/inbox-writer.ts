import { RedisUnavailableError } from '@nooble/errors';
import { asRedisUnavailable, runScript, type RedisPool } from '@nooble/redis';
import { batchesOf } from '../protocol/chunks.ts';
import { readReplied, replyCall } from '../protocol/operations/reply.ts';
import type { EncodedReply } from '../protocol/replies.ts';

/** Time after which an inbox that does not answer a call counts as unreachable (ms). */
const CALL_LIMIT_MS = 2_000;
/** Interval between checks of a full inbox for room, and their total time (ms). */
const FULL = { lookMs: 100, limitMs: 5_000 };
/** Maximum number of characters waiting in this process for a full or slow inbox. The outbox holds the rest. */
const MAX_WAITING = 8 * 1024 * 1024;

/** Options of an inbox writer. */
export interface InboxWriterOptions {
  readonly redis: RedisPool;
  readonly prefix: string;
  /** `inbox:<id>`. */
  readonly replyTo: string;
  /** Called when no reply is waiting or in flight. */
  readonly onIdle: () => void;
}

interface Pending {
  readonly reply: EncodedReply;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Writes to one inbox, one call at a time. Replies that arrive during a call are sent together in the next one. An
 * unreachable inbox occupies one command of the client, regardless of the number of its replies.
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

  /**
   * Resolves when the inbox holds the reply. Throws RedisUnavailableError, after a short time, if the inbox cannot be
   * written to.
   */
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
        // Replies that arrived meanwhile would fail as well.
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
