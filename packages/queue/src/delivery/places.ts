/** A limited number of places. Callers that find none free wait in the order of their calls. */
export class Places {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Calls `onPlace` when there is a place, synchronously if one is free. Returns a function that releases the place, or
   * stops waiting.
   */
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
