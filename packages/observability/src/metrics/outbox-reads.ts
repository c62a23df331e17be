/** Figures of an outbox, from PostgreSQL. */
export interface OutboxFigures {
  readonly pending: number;
  readonly due: number;
  readonly refused: number;
  readonly lagMs: number;
}

const WITHDRAWN: OutboxFigures = {
  pending: Number.NaN,
  due: Number.NaN,
  refused: Number.NaN,
  lagMs: Number.NaN,
};

/** Dependencies of the reads. */
export interface OutboxReadsParts {
  readonly stats: () => Promise<OutboxFigures>;
  readonly everyMs: number;
  readonly onFailed: () => void;
}

/** Reads an outbox from time to time. A scrape causes no read. */
export class OutboxReads {
  readonly #parts: OutboxReadsParts;
  #latest: OutboxFigures | undefined;
  #isReading = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: OutboxReadsParts) {
    this.#parts = parts;
  }

  /** Figures of the last read, NaN if it failed, and undefined before the first one has succeeded. */
  get latest(): OutboxFigures | undefined {
    return this.#latest;
  }

  start(): void {
    if (this.#timer) return;
    this.#timer = setInterval(() => void this.#read(), this.#parts.everyMs);
    this.#timer.unref();
    void this.#read();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Never rejects. A read that takes long is not repeated meanwhile. */
  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      this.#latest = await this.#parts.stats();
    } catch {
      this.#parts.onFailed();
      if (this.#latest) this.#latest = WITHDRAWN;
    } finally {
      this.#isReading = false;
    }
  }
}
