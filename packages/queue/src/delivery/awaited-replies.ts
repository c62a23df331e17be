import { InvalidActionError, ReplyLostError } from '@nooble/errors';
import type { CallbackData } from '@nooble/models';
import type { Reply } from '../protocol/replies.ts';

/** Replies that reached no call. */
export interface DroppedReplies {
  /** For a call that was answered before, timed out or was aborted. */
  readonly late: number;
  /** For a call this process did not make. */
  readonly unknown: number;
  /** Not readable: its call, if it has one, rejects with ReplyLostError. */
  readonly lost: number;
}

/** Number of finished calls remembered, to tell a late reply from an unknown one. */
const REMEMBERED = 10_000;

interface Waiting {
  readonly resolve: (data: CallbackData) => void;
  readonly reject: (reason: unknown) => void;
}

/** The calls of a process that wait for their replies: the first reply counts, the others are dropped. */
export class AwaitedReplies {
  readonly #waiting = new Map<string, Waiting>();
  readonly #finished = new Set<string>();
  readonly #dropped = { late: 0, unknown: 0, lost: 0 };

  get dropped(): DroppedReplies {
    return { ...this.#dropped };
  }

  /** The ids of the calls that wait. */
  get pending(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  isAwaited(actionId: string): boolean {
    return this.#waiting.has(actionId);
  }

  /** Throws InvalidActionError for an id that is waited for already: one reply cannot serve two calls. */
  assertFree(actionId: string): void {
    if (!this.#waiting.has(actionId)) return;
    const reason = 'another request with its id waits for a reply';
    throw new InvalidActionError({ actionId, reason });
  }

  async expect(actionId: string): Promise<CallbackData> {
    return new Promise((resolve, reject) => this.#waiting.set(actionId, { resolve, reject }));
  }

  answer({ actionId, data }: Partial<Reply>): void {
    if (actionId === undefined || !data) return this.#lose(actionId);
    const waiting = this.#finish(actionId);
    if (waiting) return waiting.resolve(data);
    this.#dropped[this.#finished.has(actionId) ? 'late' : 'unknown'] += 1;
  }

  /** Waits no longer; returns whether it did until now. */
  abandon(actionId: string, reason: unknown): boolean {
    const waiting = this.#finish(actionId);
    waiting?.reject(reason);
    return waiting !== undefined;
  }

  #lose(actionId: string | undefined): void {
    this.#dropped.lost += 1;
    if (actionId === undefined) return;
    this.abandon(actionId, new ReplyLostError({ actionId, reason: 'it cannot be read' }));
  }

  #finish(actionId: string): Waiting | undefined {
    const waiting = this.#waiting.get(actionId);
    if (!waiting) return undefined;
    this.#waiting.delete(actionId);
    this.#finished.add(actionId);
    const [oldest] = this.#finished;
    if (this.#finished.size > REMEMBERED && oldest !== undefined) this.#finished.delete(oldest);
    return waiting;
  }
}
