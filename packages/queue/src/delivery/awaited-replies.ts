import { InvalidActionError, ReplyLostError } from '@nooble/errors';
import type { CallbackData } from '@nooble/models';
import type { Reply } from '../protocol/replies.ts';

/** Replies that reached no call. */
export interface DroppedReplies {
  /** To a request that was already answered, timed out or aborted. */
  readonly late: number;
  /** To a request that this process did not make, unless its inbox has a name: then it is unclaimed. */
  readonly unknown: number;
  /** Unclaimed ones that were dropped to leave room for others. */
  readonly evicted: number;
  /** Unreadable. The request, if known, rejects with ReplyLostError. */
  readonly lost: number;
}

/** Number of finished requests remembered, to tell a late reply from an unknown one. */
const REMEMBERED = 10_000;

interface Waiting {
  /** Returns false for a reply that must be ignored. */
  readonly accepts: (reply: Reply) => boolean;
  readonly resolve: (data: CallbackData) => void;
  readonly reject: (reason: unknown) => void;
}

/** The pending requests of a process. The first reply to a request counts; later ones are dropped. */
export class AwaitedReplies {
  readonly #waiting = new Map<string, Waiting>();
  readonly #finished = new Set<string>();
  readonly #dropped = { late: 0, unknown: 0, evicted: 0, lost: 0 };

  readonly #onDropped: (why: keyof DroppedReplies) => void;

  constructor(onDropped: (why: keyof DroppedReplies) => void = () => undefined) {
    this.#onDropped = onDropped;
  }

  get dropped(): DroppedReplies {
    return { ...this.#dropped };
  }

  /** Ids of the pending requests. */
  get pending(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  isAwaited(actionId: string): boolean {
    return this.#waiting.has(actionId);
  }

  /** Throws InvalidActionError for an id that is already pending: one reply cannot serve two requests. */
  assertFree(actionId: string): void {
    if (!this.#waiting.has(actionId)) return;
    const reason = 'another request with its id waits for a reply';
    throw new InvalidActionError({ actionId, reason });
  }

  async expect(
    actionId: string,
    accepts: Waiting['accepts'] | undefined = () => true,
  ): Promise<CallbackData> {
    return new Promise((resolve, reject) =>
      this.#waiting.set(actionId, { resolve, reject, accepts }),
    );
  }

  /** Returns false for a reply to a request that this process did not make. */
  answer(reply: Partial<Reply>): boolean {
    const { actionId } = reply;
    if (!isWhole(reply)) this.#lose(actionId);
    else if (this.#waiting.get(reply.actionId)?.accepts(reply) === true)
      this.#finish(reply.actionId)?.resolve(reply.data);
    else if (this.#finished.has(reply.actionId)) this.drop('late');
    else return this.#waiting.has(reply.actionId);
    return true;
  }

  /** Counts a reply that reaches no call. */
  drop(why: keyof DroppedReplies): void {
    this.#dropped[why] += 1;
    this.#onDropped(why);
  }

  /** Answers a request with an outcome that was found elsewhere, unless it was answered before. */
  supply(reply: Reply): void {
    if (this.isAwaited(reply.actionId)) this.answer(reply);
  }

  /** Rejects a pending request. Returns false if it was not pending. */
  abandon(actionId: string, reason: unknown): boolean {
    const waiting = this.#finish(actionId);
    waiting?.reject(reason);
    return waiting !== undefined;
  }

  #lose(actionId: string | undefined): void {
    this.drop('lost');
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

function isWhole(reply: Partial<Reply>): reply is Reply {
  return reply.actionId !== undefined && reply.data !== undefined;
}
