import { ActionCancelledError, StreamRestartedError } from '@nooble/errors';
import type { CallbackData } from '@nooble/models';
import type { ActionRef } from '../admission/receipt.ts';
import { formatPosition, type Position } from '../protocol/position.ts';
import { RESTART } from './restart.ts';
import type { StreamReader } from './stream-reader.ts';

/**
 * The chunks of an action, for one `for await`. Its return value, and `result`, is the result of the action. It throws the
 * error with which the action ended.
 */
export interface ActionStream<Item, Result> extends AsyncIterableIterator<Item, Result, void> {
  readonly ref: ActionRef;
  /** Rejects as `ActionClient.request` does. Ignoring it is safe. */
  readonly result: Promise<Result>;
  /** Place of the last chunk that was returned, for `follow`; undefined before the first. */
  readonly position: string | undefined;
  /** Stops reading: the caller has gone. */
  return(): Promise<IteratorResult<Item, Result>>;
}

/** Dependencies of an open stream. */
export interface OpenStreamParts<Item, Result> {
  readonly ref: ActionRef;
  readonly reader: StreamReader;
  readonly result: Promise<Result>;
  readonly after?: Position | undefined;
  /** Throws ValidationError. */
  readonly parseChunk: (chunk: unknown) => Item;
  readonly throwsOnRestart: boolean;
  /** Called with the outcome once all chunks have been returned. */
  readonly onOutcome: (data: CallbackData) => void;
  /** Called once, when nothing more will be read. */
  readonly onLeave: (reason: unknown) => void;
}

/** A stream that is being read. */
export class OpenStream<Item, Result> implements ActionStream<Item, Result> {
  readonly ref: ActionRef;
  readonly result: Promise<Result>;
  readonly #parts: OpenStreamParts<Item, Result>;
  #position: Position | undefined;
  #hasLeft = false;
  /** The call before: calls of `next` are served in their order. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: OpenStreamParts<Item, Result>) {
    this.#parts = parts;
    this.#position = parts.after;
    this.ref = parts.ref;
    this.result = parts.result;
    this.result.catch(() => undefined);
  }

  get position(): string | undefined {
    return this.#position && formatPosition(this.#position);
  }

  async next(): Promise<IteratorResult<Item, Result>> {
    const next = this.#last.then(async () => this.#next());
    this.#last = next.catch(() => undefined);
    return next;
  }

  async return(): Promise<IteratorResult<Item, Result>> {
    this.#leave(new ActionCancelledError(this.ref));
    return { done: true, value: undefined as Result };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<Item, Result>> {
    if (this.#hasLeft) return { done: true, value: undefined as Result };
    try {
      const item = await this.#parts.reader.next();
      if ('status' in item) return await this.#end(item);
      this.#position = item.position;
      if (item.value !== RESTART) return { done: false, value: this.#parts.parseChunk(item.value) };
      if (this.#parts.throwsOnRestart) throw new StreamRestartedError(this.ref);
      return { done: false, value: RESTART as Item };
    } catch (error) {
      this.#leave(error);
      throw error;
    }
  }

  async #end(data: CallbackData): Promise<IteratorResult<Item, Result>> {
    this.#parts.onOutcome(data);
    const value = await this.result;
    this.#leave(undefined);
    return { done: true, value };
  }

  #leave(reason: unknown): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#parts.reader.fail(reason);
    this.#parts.onLeave(reason);
  }
}
