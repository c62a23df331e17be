/** Work of a handler that needs its slot, and has to wait while the handler has none. */
export class SlotWork {
  readonly #waiting: (() => void)[] = [];
  #count = 0;

  /** True while something needs the slot. */
  get isWanted(): boolean {
    return this.#count > 0;
  }

  /** Runs `work` once `begin` has resolved. `onEnd` is called afterwards. */
  async run<T>(
    work: () => Promise<T>,
    { begin, onEnd }: { readonly begin: () => Promise<void>; readonly onEnd: () => void },
  ): Promise<T> {
    this.#count += 1;
    try {
      await begin();
      return await work();
    } finally {
      this.#count -= 1;
      onEnd();
    }
  }

  /** Resolves at the next call of `resume()`. */
  async resumed(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The handler has its slot, or does not continue. */
  resume(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
