import { formatInboxName, newId, type CallbackData } from '@nooble/models';
import type { RedisClient, RedisPool } from '@nooble/redis';
import { inboxKey } from './keys.ts';
import { decodeReply } from './replies.ts';

/** Longest block on the inbox; a silent connection is noticed soon after. */
const BLOCK_SECONDS = 5;
/** Replies taken at a time: few, since each may have the size of a payload. */
const BATCH = 16;
/** Pause between attempts while Redis is away, ms. */
const RETRY_MS = 200;

export interface InboxOptions {
  readonly redis: RedisPool;
  readonly prefix: string;
  readonly onReply: (actionId: string, data: CallbackData) => void;
}

/** The inbox of a process: one blocking connection, however many replies are awaited. */
export class Inbox {
  /** `inbox:<id>`, for `reply_to`. */
  readonly name: string;
  readonly #key: string;
  readonly #options: InboxOptions;
  #blocking: RedisClient | undefined;
  #reading: Promise<void> | undefined;
  #stopped = false;

  constructor(options: InboxOptions) {
    const id = newId();
    this.name = formatInboxName(id);
    this.#key = inboxKey(options.prefix, id);
    this.#options = options;
  }

  /** Reads from now on. Idempotent. */
  start(): void {
    this.#reading ??= this.#read();
  }

  /** Idempotent. What still arrives expires with the inbox. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#blocking?.disconnect();
    await this.#reading;
  }

  async #read(): Promise<void> {
    while (!this.#stopped) {
      try {
        this.#blocking ??= this.#options.redis.blocking();
        const reply = await this.#blocking.blmpop(
          BLOCK_SECONDS,
          1,
          this.#key,
          'LEFT',
          'COUNT',
          BATCH,
        );
        for (const text of reply?.[1] ?? []) this.#take(text);
      } catch {
        // The connection comes back by itself; callers meanwhile have their timeouts.
        if (!this.#stopped)
          await new Promise((resolve) => void setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }

  #take(text: string): void {
    const reply = decodeReply(text);
    if (reply) this.#options.onReply(reply.actionId, reply.data);
  }
}
