import { formatInboxName, newId } from '@nooble/models';
import type { RedisClient, RedisPool } from '@nooble/redis';
import { inboxKey } from '../protocol/keys.ts';
import type { LiveBatch } from '../protocol/live.ts';
import { decodeEntry, type Reply } from '../protocol/replies.ts';

/** Longest blocking read of the inbox (ms). A silent connection is detected soon after. */
const BLOCK_MS = 5_000;
/** Maximum number of replies per read. Low, because each may be as large as the maximum payload. */
const BATCH = 16;
/** Delay between attempts while Redis cannot be reached (ms). */
const RETRY_MS = 200;

export interface InboxOptions {
  readonly redis: RedisPool;
  readonly prefix: string;
  /** Name that a later process may use as well. @default a new one */
  readonly id?: string;
  /**
   * Called with each reply and the id of its entry. An unreadable one has no data, and possibly no id. Returns false to keep the
   * entry until `remove`.
   */
  readonly onReply: (reply: Partial<Reply>, entryId: string) => boolean;
  /** Called with the chunks of one entry, and the size of that entry (characters). */
  readonly onChunks: (batches: readonly LiveBatch[], characters: number) => void;
}

/**
 * The inbox of a process. Uses one blocking connection, regardless of the number of awaited replies. A reply is removed from
 * Redis by the read that follows its receipt: a broken connection loses none.
 */
export class Inbox {
  /** `inbox:<id>`, for `reply_to`. */
  readonly name: string;
  readonly #key: string;
  readonly #options: InboxOptions;
  /** Ends the delay between attempts. */
  #stopWaiting: () => void = () => {};
  #blocking: RedisClient | undefined;
  #reading: Promise<void> | undefined;
  #isStopped = false;
  /** Entries that were received and may not have been removed. */
  #taken = new Set<string>();
  /** Entries that stay in Redis, in their order. */
  readonly #kept = new Set<string>();
  #lastKept = '0';

  /** Throws InvalidActionError for a malformed name. */
  constructor(options: InboxOptions) {
    const { id = newId() } = options;
    this.name = formatInboxName(id);
    this.#key = inboxKey(options.prefix, id);
    this.#options = options;
  }

  /** Starts reading. Idempotent. */
  start(): void {
    this.#reading ??= this.#read();
  }

  /** Removes a kept entry with the next read. */
  remove(entryId: string): void {
    if (this.#kept.delete(entryId)) this.#taken.add(entryId);
  }

  /** Stops immediately, even while Redis cannot be reached. Later replies expire with the inbox. Idempotent. */
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
        // The client reconnects by itself; meanwhile the timeouts of callers apply.
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
      client.xread('COUNT', BATCH, 'BLOCK', BLOCK_MS, 'STREAMS', this.#key, this.#after),
    ]);
    if (this.#isStopped) return;
    for (const id of handled) this.#taken.delete(id);
    const entries = streams?.[0]?.[1] ?? [];
    for (const [id, [, , , text = '']] of entries) {
      if (this.#deliver(id, text)) this.#taken.add(id);
      else this.#keep(id);
    }
  }

  #keep(id: string): void {
    this.#kept.add(id);
    this.#lastKept = id;
  }

  /** Every entry before the last kept one is kept or being removed. */
  get #after(): string {
    return this.#kept.size > 0 ? this.#lastKept : '0';
  }

  #deliver(id: string, text: string): boolean {
    const entry = decodeEntry(text);
    if ('reply' in entry) return this.#options.onReply(entry.reply, id);
    this.#options.onChunks(entry.batches, text.length);
    return true;
  }
}
