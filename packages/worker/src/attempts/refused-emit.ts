/**
 * The rejected promise of a chunk that was refused. It does not end the process if nothing waits for it, but then it fails the
 * attempt: `isHeard` is true once the handler has awaited it, and so decides what the error means.
 */
export class RefusedEmit extends Promise<void> {
  /** Promises derived from it are plain ones. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  #isHeard = false;

  static of(error: unknown): RefusedEmit {
    const refused = new RefusedEmit((_resolve, reject) => reject(error));
    void Promise.prototype.then.call(refused, undefined, () => undefined);
    return refused;
  }

  get isHeard(): boolean {
    return this.#isHeard;
  }

  // Called by `await`, `catch`, `finally` and `Promise.all` as well.
  // oxlint-disable-next-line unicorn/no-thenable -- every promise is one
  override then<Done = void, Failed = never>(
    onDone?: ((value: void) => Done | PromiseLike<Done>) | null,
    onFailed?: ((reason: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Done | Failed> {
    this.#isHeard = true;
    return super.then(onDone, onFailed);
  }
}
