import { machineMs } from '../machine-clock.ts';
import type { Canceller, Conversation } from '../systems/conversation.ts';
import type { Place } from '../systems/system.ts';

/** Sends jobs that run until they are cancelled, one at a time. */
export class Cancelling {
  readonly #canceller: Canceller;

  private constructor(canceller: Canceller) {
    this.#canceller = canceller;
  }

  static async open(conversation: Conversation, place: Place): Promise<Cancelling> {
    const canceller = await conversation.openCanceller?.(place);
    if (!canceller) throw new Error('This system has no cancellation');
    return new Cancelling(canceller);
  }

  async send(n: number): Promise<null> {
    await this.#canceller.send(n);
    return null;
  }

  /** Cancels a job. Returns when it was asked for (ms). */
  async cancel(n: number): Promise<number> {
    const askedMs = machineMs();
    await this.#canceller.cancel(n);
    return askedMs;
  }

  async close(): Promise<null> {
    await this.#canceller.stop();
    return null;
  }
}
