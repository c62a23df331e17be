import type { RedisPool } from '@nooble/redis';
import { InboxWriter } from './inbox-writer.ts';
import type { EncodedReply } from '../protocol/replies.ts';

/** Writes replies to inboxes independently: an unreachable inbox delays no other. */
export class Inboxes {
  readonly #options: { readonly redis: RedisPool; readonly prefix: string };
  /** Writers with replies waiting or in flight. */
  readonly #writers = new Map<string, InboxWriter>();

  constructor(options: { readonly redis: RedisPool; readonly prefix: string }) {
    this.#options = options;
  }

  /** Resolves when the inbox holds the reply. Throws RedisUnavailableError if the inbox cannot be written to. */
  async write(reply: EncodedReply): Promise<void> {
    return this.#writer(reply.replyTo).write(reply);
  }

  #writer(replyTo: string): InboxWriter {
    let writer = this.#writers.get(replyTo);
    if (!writer) {
      const onIdle = (): void => void this.#writers.delete(replyTo);
      writer = new InboxWriter({ ...this.#options, replyTo, onIdle });
      this.#writers.set(replyTo, writer);
    }
    return writer;
  }
}
