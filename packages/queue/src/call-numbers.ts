import type { CallId } from './operations/enqueue.ts';
import { newId } from '@nooble/models';

interface Unanswered {
  readonly number: number;
  readonly slots: number;
}

/** Numbers the calls of one process to one keyspace, so that a repeated call gets its first answer. */
export class CallNumbers {
  readonly #process = newId();
  #unanswered: Unanswered[] = [];
  #last = 0;

  /**
   * A fresh number or, for one that claims, that of a claim whose answer never came: it may have acted. Not
   * of one that asked for more, for there may be no slots for what it brings.
   */
  next({ slots = 0 } = {}): CallId {
    const earlier = this.#unanswered.find((call) => call.slots <= slots);
    if (!earlier) return { process: this.#process, number: ++this.#last };
    this.#unanswered = this.#unanswered.filter((call) => call !== earlier);
    return { process: this.#process, number: earlier.number };
  }

  /** The answer of this claim of so many slots never came. */
  unanswered({ number }: CallId, slots: number): void {
    if (slots > 0) this.#unanswered.push({ number, slots });
  }
}
