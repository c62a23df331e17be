import type { Clock } from '../timing/clock.ts';
import { answerField } from './meaning.ts';

/** The end of a wait. */
export interface Deadline {
  /** Unix ms; infinite for none. */
  readonly deadlineMs: number;
  /** The answer if none has come by then (JSON). */
  readonly late: string;
}

const NEVER: Deadline = { deadlineMs: Number.POSITIVE_INFINITY, late: '' };

interface Pending extends Deadline {
  readonly resolve: (answer: string) => void;
  readonly reject: (reason: Error) => void;
}

/** The names of a journal whose answers a handler waits for. */
export class PendingAnswers {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#pending.size;
  }

  get names(): readonly string[] {
    return [...this.#pending.keys()];
  }

  /** Time until the earliest deadline (ms), negative once it has passed; infinite without one. */
  get leftMs(): number {
    const deadlines = [...this.#pending.values()].map(({ deadlineMs }) => deadlineMs);
    return Math.min(...deadlines) - this.#clock.epochMs();
  }

  /** Resolves to the answer of a name (JSON). */
  async answerOf(name: string, deadline: Deadline = NEVER): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#pending.set(name, { ...deadline, resolve, reject });
    });
  }

  /** Returns the answers of names whose deadline has passed, as fields of the journal. */
  lateFields(): Record<string, string> {
    const nowMs = this.#clock.epochMs();
    const late = [...this.#pending].filter(([, { deadlineMs }]) => deadlineMs <= nowMs);
    return Object.fromEntries(late.map(([name, each]) => [answerField(name), each.late]));
  }

  settle(answers: ReadonlyMap<string, string>): void {
    for (const [name, answer] of answers) {
      this.#pending.get(name)?.resolve(answer);
      this.#pending.delete(name);
    }
  }

  rejectAll(reason: Error): void {
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }

  /** Leaves all of them unsettled. */
  forget(): void {
    this.#pending.clear();
  }
}
