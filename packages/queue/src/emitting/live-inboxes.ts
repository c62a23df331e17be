import { runScript, type RedisPool } from '@nooble/redis';
import { liveCall } from '../protocol/operations/reply.ts';
import { encodeLive } from '../protocol/live.ts';

/** Maximum number of characters that wait for one inbox while a call is in flight. Further chunks are left to the stream. */
const MAX_WAITING = 1024 * 1024;

/**
 * Sends chunks to inboxes, one call at a time for each: a slow or unreachable inbox occupies one command and little memory, and
 * delays no other. What it does not take is dropped.
 */
export class LiveInboxes {
  readonly #parts: { readonly redis: RedisPool; readonly prefix: string };
  /** Inboxes with a call in flight, and the batches that wait for it. */
  readonly #waiting = new Map<string, { texts: string[]; size: number }>();

  constructor(parts: { readonly redis: RedisPool; readonly prefix: string }) {
    this.#parts = parts;
  }

  /** Sends at once, or together with others after the call in flight. Never throws. */
  send(inbox: string, text: string): void {
    const queue = this.#waiting.get(inbox);
    if (!queue) {
      const opened = { texts: [text], size: text.length };
      this.#waiting.set(inbox, opened);
      // Batches of one turn share the first call as well.
      queueMicrotask(() => void this.#drain(inbox, opened));
    } else if (queue.size + text.length <= MAX_WAITING) {
      queue.texts.push(text);
      queue.size += text.length;
    }
  }

  async #drain(inbox: string, queue: { texts: string[]; size: number }): Promise<void> {
    const { redis, prefix } = this.#parts;
    while (queue.texts.length > 0) {
      const entry = encodeLive(queue.texts.splice(0));
      queue.size = 0;
      try {
        await runScript(redis.command(), liveCall(prefix, inbox, entry));
      } catch {
        // The readers find the gap and read the stream.
      }
    }
    this.#waiting.delete(inbox);
  }
}
