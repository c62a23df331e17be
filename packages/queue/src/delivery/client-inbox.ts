import type { RedisPool } from '@nooble/redis';
import type { LiveBatch } from '../protocol/live.ts';
import type { Reply } from '../protocol/replies.ts';
import { AwaitedReplies, type DroppedReplies } from './awaited-replies.ts';
import { Inbox } from './inbox.ts';
import { UnclaimedReplies } from './unclaimed-replies.ts';

/** Dependencies of the inbox of a client. */
export interface ClientInboxParts {
  readonly redis: RedisPool;
  readonly prefix: string;
  /** Name that a later process may use as well; undefined for a new one. */
  readonly id: string | undefined;
  /** Called for a reply that reached no call. */
  readonly onDropped: (why: keyof DroppedReplies) => void;
  /** Called with the chunks of one entry, and the size of that entry (characters). */
  readonly onChunks: (batches: readonly LiveBatch[], characters: number) => void;
}

/** The inbox of a client, and the requests that its replies belong to. */
export class ClientInbox {
  readonly isNamed: boolean;
  readonly replies: AwaitedReplies;
  readonly unclaimed: UnclaimedReplies;
  readonly #inbox: Inbox;

  /** Throws InvalidActionError for a malformed name. */
  constructor({ id, onChunks, onDropped, ...connection }: ClientInboxParts) {
    this.replies = new AwaitedReplies(onDropped);
    this.isNamed = id !== undefined;
    this.#inbox = new Inbox({
      ...connection,
      ...(id !== undefined && { id }),
      onReply: (reply, entryId) => this.#receive(reply, entryId),
      onChunks,
    });
    this.unclaimed = new UnclaimedReplies({
      remove: (entryId) => this.#inbox.remove(entryId),
      onEvicted: () => this.replies.drop('evicted'),
    });
  }

  /** `inbox:<id>`, for `reply_to`. */
  get name(): string {
    return this.#inbox.name;
  }

  /** Starts reading. Idempotent. */
  start(): void {
    this.#inbox.start();
  }

  async stop(): Promise<void> {
    await this.#inbox.stop();
  }

  /** Returns false for a reply that stays in the inbox. */
  #receive(reply: Partial<Reply>, entryId: string): boolean {
    if (this.replies.answer(reply)) return true;
    if (!this.isNamed) this.replies.drop('unknown');
    // Only a complete reply can belong to no request.
    else this.unclaimed.add(reply as Reply, entryId);
    return !this.isNamed;
  }
}
