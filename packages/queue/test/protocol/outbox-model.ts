import type { Ending, StoredAction } from './action.ts';

/** One end to tell. */
export interface Notice {
  readonly actionId: string;
  readonly ending: Ending;
  readonly tells: 'by callback' | 'by reply';
}

interface Entry {
  readonly notice: Notice;
  dueMs: number;
}

/** When another worker gets an entry that nobody acknowledged. */
export const DELIVERY_MS = 10_000;
const SEEN_MS = 60_000;

/** Notices on their way: each is handed to one worker at a time until one acknowledges it. */
export class OutboxModel {
  readonly #entries = new Map<string, Entry>();
  /** Action id → how many ends there were under it, each told under a name of its own. */
  readonly #ends = new Map<string, number>();

  /** Callback id → when it is handed out next. */
  get dueTimes(): ReadonlyMap<string, number> {
    return new Map([...this.#entries].map(([id, { dueMs }]) => [id, dueMs]));
  }

  /** Answers the callback id; undefined when nobody wants to be told. */
  send({ id, tells }: StoredAction, ending: Ending, dueMs: number): string | undefined {
    if (tells === 'nobody') return undefined;
    const end = (this.#ends.get(id) ?? 0) + 1;
    this.#ends.set(id, end);
    const callbackId = `${id}.cb${end}`;
    this.#entries.set(callbackId, { notice: { actionId: id, ending, tells }, dueMs });
    return callbackId;
  }

  /** Ids of what is due, in that order; it is then due again later. */
  handOut(nowMs: number): string[] {
    const due = [...this.#entries]
      .filter(([, { dueMs }]) => dueMs <= nowMs)
      .sort(([a, one], [b, other]) => one.dueMs - other.dueMs || (a < b ? -1 : 1));
    for (const [, entry] of due) entry.dueMs = nowMs + DELIVERY_MS;
    return due.map(([id]) => id);
  }

  noticeOf(callbackId: string): Notice {
    const entry = this.#entries.get(callbackId);
    if (!entry) throw new Error(`Unknown callback ${callbackId}`);
    return entry.notice;
  }

  acknowledge(callbackIds: readonly string[]): void {
    for (const id of callbackIds) this.#entries.delete(id);
  }
}

/** The one who is told: callbacks arrive in a domain of its own, replies in its inbox. */
export class CallerModel {
  /** Callback id → what it says, of those that wait in the caller's domain. */
  readonly callbacks = new Map<string, string>();
  readonly #seenUntilMs = new Map<string, number>();
  /** What the inbox holds, as nobody reads it: the action and how it ended, in the order they came. */
  readonly replies: string[] = [];

  receive(callbackId: string, { actionId, ending, tells }: Notice, nowMs: number): void {
    if (tells === 'by reply') return this.reply(actionId, ending);
    const seen = (this.#seenUntilMs.get(callbackId) ?? 0) > nowMs;
    if (seen || this.callbacks.has(callbackId)) return;
    this.callbacks.set(callbackId, `${actionId} ${ending}`);
    this.#seenUntilMs.set(callbackId, nowMs + SEEN_MS);
  }

  reply(actionId: string, ending: Ending): void {
    this.replies.push(`${actionId} ${ending}`);
  }
}
