import type { CallId } from './operations/enqueue.ts';
import { newId } from '@nooble/models';

/** Numbers the calls of one process, so that a repeated call gets its first answer. */
export class CallNumbers {
  readonly #process = newId();
  readonly #unanswered: number[] = [];
  #last = 0;

  /** A fresh number, or with `again` that of a call whose answer never came: it may have acted. */
  next({ again = false } = {}): CallId {
    const number = (again ? this.#unanswered.shift() : undefined) ?? ++this.#last;
    return { process: this.#process, number };
  }

  /** The answer of this call never came. */
  unanswered({ number }: CallId): void {
    this.#unanswered.push(number);
  }
}
