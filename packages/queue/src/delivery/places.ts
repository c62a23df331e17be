/** A bounded number of places; who finds none free waits, first come, first served. */
export class Places {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Calls `onPlace` when there is a place, at once if possible. Returns the way to leave it, or to stop waiting. */
  take(onPlace: () => void): () => void {
    let holds = false;
    const begin = (): void => {
      holds = true;
      onPlace();
    };
    const leave = (): void => {
      this.#waiting.delete(begin);
      if (!holds) return;
      holds = false;
      this.#free += 1;
      this.#serve();
    };
    this.#waiting.add(begin);
    this.#serve();
    return leave;
  }

  #serve(): void {
    for (const begin of this.#waiting) {
      if (this.#free === 0) return;
      this.#free -= 1;
      this.#waiting.delete(begin);
      begin();
    }
  }
}
