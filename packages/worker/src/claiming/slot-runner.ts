import { within } from '@nooble/redis';
import type { DomainQueueManager, SlotListener } from '@nooble/queue';
import type { Publish } from '../reporting/events.ts';

/** Longest delay of a timer, after which it looks at the time again (ms); Node's own limit is about 24 days. */
const MOST_MS = 3_600_000;
/** Delay after a failure (ms). */
const AGAIN_MS = 5_000;
/** Maximum time that a stop waits for slots that are being sent (ms). Others send them if it is too short. */
const FAREWELL_MS = 1_000;

/** Dependencies of a slot runner. */
export interface SlotRunnerParts {
  readonly domain: string;
  readonly queues: Pick<DomainQueueManager, 'sendDueSlots'>;
  readonly publish: Publish;
}

/**
 * Sends the slots of the schedules of a domain. It learns of schedules from the claims, and has nothing to do without any. Every
 * worker runs one: Redis hands each slot to one of them.
 */
export class SlotRunner {
  readonly #parts: SlotRunnerParts;
  readonly #listener: SlotListener;
  /** Stored time of the next slot, as last read here, and as last noted: a broker reads it less often. */
  #knownMs: number | undefined;
  #notedMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isStopped = false;

  constructor(parts: SlotRunnerParts) {
    this.#parts = parts;
    this.#listener = listenerOf(parts.publish);
  }

  /** Takes the time of the next slot from a claim. A new time means that the schedules have changed, or a slot was sent. */
  note(nextSlotMs: number | undefined): void {
    if (nextSlotMs === this.#notedMs || this.#sending) return;
    this.#notedMs = nextSlotMs;
    if (nextSlotMs === this.#knownMs) return;
    clearTimeout(this.#timer);
    if (nextSlotMs !== undefined) this.#send();
  }

  /** Sends no more slots. Resolves soon. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    if (this.#sending) await within(FAREWELL_MS, this.#sending, undefined);
  }

  #send(): void {
    if (this.#isStopped || this.#sending) return;
    this.#sending = this.#sendDue().finally(() => (this.#sending = undefined));
  }

  async #sendDue(): Promise<void> {
    const { domain, queues, publish } = this.#parts;
    try {
      const next = await queues.sendDueSlots(domain, this.#listener);
      this.#knownMs = next?.storedMs;
      if (next) this.#after(next.inMs);
    } catch (error) {
      publish('error', { attempted: `send the scheduled actions of domain "${domain}"`, error });
      this.#after(AGAIN_MS);
    }
  }

  #after(ms: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => this.#send(), Math.min(MOST_MS, Math.max(1, Math.ceil(ms))));
  }
}

function listenerOf(publish: Publish): SlotListener {
  return {
    onRefused: (slot, error) => {
      const attempted = `send slot ${slot.slot} of schedule "${slot.schedule}" of domain "${slot.domain}"`;
      publish('error', { attempted, error });
    },
    onMissed: (slot, { reason, next }) => {
      publish('missed', next === undefined ? { slot, reason } : { slot, reason, next });
    },
  };
}
