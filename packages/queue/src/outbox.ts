import { QueuePausedError } from '@nooble/errors';
import type { RedisPool } from '@nooble/redis';
import { callbackItem } from './admission-item.ts';
import type { Admissions } from './admissions.ts';
import { MAX_IDS } from './batch.ts';
import { deliveryOf, type Delivery } from './ending.ts';
import { encodeAction } from '@nooble/models';
import type { OutboxEntry } from './operations/tick.ts';
import { encodeReply, sendReplies } from './replies.ts';

export interface OutboxOptions {
  readonly redis: RedisPool;
  readonly prefix: string;
  readonly admissions: Admissions;
}

/**
 * Delivers callbacks and remembers which of them to acknowledge with the next call. An entry whose
 * delivery fails stays in Redis and is handed to some worker again.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #delivering = new Set<Promise<void>>();
  #delivered: string[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Delivered and not acknowledged yet, for one call; give them back with `putBack` if it fails. */
  takeDelivered(): readonly string[] {
    return this.#delivered.splice(0, MAX_IDS);
  }

  putBack(callbackIds: readonly string[]): void {
    this.#delivered.push(...callbackIds);
  }

  /** Starts delivering; never rejects. */
  deliver(entries: readonly OutboxEntry[]): void {
    for (const entry of entries) {
      const delivery = this.#deliver(entry).finally(() => this.#delivering.delete(delivery));
      this.#delivering.add(delivery);
    }
  }

  /** Resolves when nothing is on its way. */
  async drained(): Promise<void> {
    await Promise.all(this.#delivering);
  }

  async #deliver(entry: OutboxEntry): Promise<void> {
    const delivery = readOr(() => deliveryOf(entry));
    try {
      if (delivery) await this.#send(delivery);
    } catch {
      return;
    }
    this.#delivered.push(entry.callbackId);
  }

  async #send(delivery: Delivery): Promise<void> {
    if (delivery.to === 'inbox') {
      const { text = encodeReply(delivery) } = delivery;
      return sendReplies(this.#options, [{ ...delivery, text }]);
    }
    const { domain, callback, envelope = encodeAction(callback) } = delivery;
    const { verdict } = await this.#options.admissions.admit(
      domain,
      callbackItem(callback, envelope),
    );
    if (verdict !== 'accepted' && verdict !== 'duplicate')
      throw new QueuePausedError({ domain, attempted: 'deliver a callback' });
  }
}

/** An envelope that does not parse has nobody who could be told. */
function readOr(read: () => Delivery | undefined): Delivery | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
