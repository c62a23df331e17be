import type { ActionRef } from '../admission/receipt.ts';
import type { ActionStream } from './action-stream.ts';

/** A stream whose action is sent once its tenant has been looked up. */
export class LaterStream<Item, Result> implements ActionStream<Item, Result> {
  readonly ref: ActionRef;
  readonly result: Promise<Result>;
  readonly #opening: Promise<ActionStream<Item, Result>>;
  #opened: ActionStream<Item, Result> | undefined;

  constructor(ref: ActionRef, opening: Promise<ActionStream<Item, Result>>) {
    this.ref = ref;
    this.#opening = opening.then((opened) => (this.#opened = opened));
    this.result = this.#opening.then(async ({ result }) => result);
    this.result.catch(() => undefined);
  }

  get position(): string | undefined {
    return this.#opened?.position;
  }

  async next(): Promise<IteratorResult<Item, Result>> {
    return (await this.#opening).next();
  }

  async return(): Promise<IteratorResult<Item, Result>> {
    return (await this.#opening).return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
