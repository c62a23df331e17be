import type { Judgements } from './batch.ts';

/** State of the relay of an outbox in this process. */
export interface RelayHealth {
  readonly isRunning: boolean;
  /** Numbers of rows by their verdicts, since the outbox was opened. */
  readonly judged: Judgements;
  /** Number of batches that failed: PostgreSQL or Redis was away. */
  readonly failures: number;
  /** Error of the last batch, if it failed; the relay retries. */
  readonly error?: unknown;
  /** Time since a batch last succeeded (ms), also one without rows; at first, since the relay was started. */
  readonly sinceSuccessMs: number;
}

/** Notes what a relay does. */
export class RelayState {
  #judged: Judgements = { admitted: 0, refused: 0, putOff: 0 };
  #failures = 0;
  #error: unknown;
  #succeededAtMs = performance.now();

  health(isRunning: boolean): RelayHealth {
    return {
      isRunning,
      judged: this.#judged,
      failures: this.#failures,
      ...(this.#error !== undefined && { error: this.#error }),
      sinceSuccessMs: performance.now() - this.#succeededAtMs,
    };
  }

  started(): void {
    this.succeeded();
  }

  succeeded(): void {
    this.#error = undefined;
    this.#succeededAtMs = performance.now();
  }

  count({ admitted, refused, putOff }: Judgements): void {
    this.#judged = {
      admitted: this.#judged.admitted + admitted,
      refused: this.#judged.refused + refused,
      putOff: this.#judged.putOff + putOff,
    };
  }

  failed(error: unknown): void {
    this.#error = error;
    this.#failures += 1;
  }
}
