import type { Ending, StoredAction } from './action.ts';

/** One ending to report. */
export interface Notice {
  readonly actionId: string;
  readonly ending: Ending;
  readonly notifies: 'by callback' | 'by reply';
}

interface Entry {
  readonly notice: Notice;
  dueMs: number;
}

/** Time after which an entry that was not acknowledged is handed to another worker (ms). */
export const DELIVERY_MS = 10_000;
const SEEN_MS = 60_000;

/** Pending notices. Each is handed to one worker at a time until a worker acknowledges it. */
export class OutboxModel {
  readonly #entries = new Map<string, Entry>();
  /** Action id → number of endings under it, each reported under a different name. */
  readonly #ends = new Map<string, number>();

  /** Callback id → time at which it is handed out next. */
  get dueTimes(): ReadonlyMap<string, number> {
    return new Map([...this.#entries].map(([id, { dueMs }]) => [id, dueMs]));
  }

  /** Returns the callback id; undefined if the action has no recipient. */
  send({ id, notifies }: StoredAction, ending: Ending, dueMs: number): string | undefined {
    if (notifies === 'nobody') return undefined;
    const end = (this.#ends.get(id) ?? 0) + 1;
    this.#ends.set(id, end);
    const callbackId = `${id}.cb${end}`;
    this.#entries.set(callbackId, { notice: { actionId: id, ending, notifies }, dueMs });
    return callbackId;
  }

  /** Returns the ids of due notices in their order. They fall due again later. */
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

/** The recipient: callbacks arrive in a separate domain, replies in an inbox. */
export class CallerModel {
  /** Callback id → its content, for those waiting in the caller's domain. */
  readonly callbacks = new Map<string, string>();
  readonly #seenUntilMs = new Map<string, number>();
  /** Contents of the inbox, which nobody reads: the action and its ending, in their order. */
  readonly replies: string[] = [];

  receive(callbackId: string, { actionId, ending, notifies }: Notice, nowMs: number): void {
    if (notifies === 'by reply') return this.reply(actionId, ending);
    const seen = (this.#seenUntilMs.get(callbackId) ?? 0) > nowMs;
    if (seen || this.callbacks.has(callbackId)) return;
    this.callbacks.set(callbackId, `${actionId} ${ending}`);
    this.#seenUntilMs.set(callbackId, nowMs + SEEN_MS);
  }

  reply(actionId: string, ending: Ending): void {
    this.replies.push(`${actionId} ${ending}`);
  }
}
