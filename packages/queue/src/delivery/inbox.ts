import { formatInboxName, newId } from '@nooble/models';
import type { RedisClient, RedisPool } from '@nooble/redis';
import { inboxKey } from '../protocol/keys.ts';
import { decodeReply, type Reply } from '../protocol/replies.ts';

/** Longest block on the inbox (ms); a silent connection is noticed soon after. */
const BLOCK_MS = 5_000;
/** Replies taken at a time: few, since each may have the size of a payload. */
const BATCH = 16;
/** Pause between attempts while Redis is away (ms). */
const RETRY_MS = 200;

export interface InboxOptions {
  readonly redis: RedisPool;
  readonly prefix: string;
  /** Without data, and maybe without an id, for one that cannot be read. */
  readonly onReply: (reply: Partial<Reply>) => void;
}

/**
 * The inbox of a process: one blocking connection, however many replies are awaited. A reply leaves Redis with the
 * next read, when it has been taken: a connection that breaks loses none.
 */
export class Inbox {
  /** `inbox:<id>`, for `reply_to`. */
  readonly name: string;
  readonly #key: string;
  readonly #options: InboxOptions;
  /** Ends the wait for Redis. */
  #stopWaiting: () => void = () => {};
  #blocking: RedisClient | undefined;
  #reading: Promise<void> | undefined;
  #isStopped = false;
  /** Entries that were taken and may still be there. */
  #taken = new Set<string>();

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

  /** At once, also while Redis is away. What still arrives expires with the inbox. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopWaiting();
    await this.#reading;
    this.#blocking?.disconnect();
  }

  async #read(): Promise<void> {
    while (!this.#isStopped) {
      try {
        this.#blocking ??= this.#options.redis.blocking();
        await this.#orStopped(this.#takeNext(this.#blocking));
      } catch {
        // The connection comes back by itself; callers meanwhile have their timeouts.
        await this.#orStopped(new Promise((resolve) => void setTimeout(resolve, RETRY_MS).unref()));
      }
    }
  }

  async #orStopped(work: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(undefined);
      work.then(resolve, reject);
    });
  }

  async #takeNext(client: RedisClient): Promise<void> {
    const handled = [...this.#taken];
    const [, streams] = await Promise.all([
      handled.length > 0 ? client.xdel(this.#key, ...handled) : 0,
      client.xread('COUNT', BATCH, 'BLOCK', BLOCK_MS, 'STREAMS', this.#key, '0'),
    ]);
    if (this.#isStopped) return;
    for (const id of handled) this.#taken.delete(id);
    const entries = streams?.[0]?.[1] ?? [];
    for (const [id, [, , , text = '']] of entries) {
      this.#taken.add(id);
      this.#options.onReply(decodeReply(text));
    }
  }
}
