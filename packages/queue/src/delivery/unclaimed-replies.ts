import type { CallbackData } from '@nooble/models';
import { domainOf } from '@nooble/models';
import type { ActionRef } from '../admission/receipt.ts';
import type { Reply } from '../protocol/replies.ts';

/** A reply to an action that an earlier process of a named inbox has sent. */
export interface UnclaimedReply {
  readonly actionId: string;
  /** Absent if a worker of an earlier version wrote the reply. */
  readonly ref?: ActionRef;
  readonly actionType?: string;
  /** The outcome, as a callback reports it. The result is not validated. */
  readonly data: CallbackData;
}

/** Maximum number of unclaimed replies: half of what an inbox holds, so that they leave room for others. */
const MAX_UNCLAIMED = 10_000;

interface Kept {
  readonly entryId: string;
  readonly reply: Reply;
}

/** Dependencies of unclaimed replies. */
export interface UnclaimedParts {
  /** Removes an entry from the inbox. */
  readonly remove: (entryId: string) => void;
  /** Called when the oldest reply was dropped because there were too many. */
  readonly onEvicted: () => void;
}

/** Replies to requests of earlier processes. Each stays in the inbox until it is taken. */
export class UnclaimedReplies {
  readonly #parts: UnclaimedParts;
  readonly #kept = new Map<string, Kept>();
  #arrived: (() => void)[] = [];

  constructor(parts: UnclaimedParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#kept.size;
  }

  add(reply: Reply, entryId: string): void {
    const earlier = this.take(reply.actionId);
    this.#kept.set(reply.actionId, { reply: earlier ?? reply, entryId });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_UNCLAIMED && oldest !== undefined) {
      this.take(oldest);
      this.#parts.onEvicted();
    }
    for (const arrived of this.#arrived.splice(0)) arrived();
  }

  /** Removes and returns the reply to an action. */
  take(actionId: string): Reply | undefined {
    const kept = this.#kept.get(actionId);
    if (!kept) return undefined;
    this.#kept.delete(actionId);
    this.#parts.remove(kept.entryId);
    return kept.reply;
  }

  /**
   * Returns each reply, also later ones, until the signal aborts. It is removed when the next one is requested: a process that
   * ends before receives it again.
   */
  async *each(signal: AbortSignal): AsyncGenerator<UnclaimedReply, void, void> {
    const wake = (): void => this.#arrived.splice(0).forEach((arrived) => arrived());
    signal.addEventListener('abort', wake, { once: true });
    try {
      while (!signal.aborted) {
        const [kept] = this.#kept.values();
        if (kept) {
          yield publicForm(kept.reply);
          this.take(kept.reply.actionId);
        } else await new Promise<void>((resolve) => this.#arrived.push(resolve));
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}

function publicForm({ actionId, actionType, data }: Reply): UnclaimedReply {
  if (actionType === undefined) return { actionId, data };
  return { actionId, ref: { domain: domainOf(actionType), actionId }, actionType, data };
}
