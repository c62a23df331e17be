import type { Server } from './domain-recorder.ts';
import { NOTHING_WRITTEN, sumOf, type Written } from './recorded.ts';

/** State of the recorder of one domain. */
export interface RecordedDomain {
  /** Sums since the recorder was created. */
  readonly recorded: Written;
  /** Error of the last call of PostgreSQL or Redis, if it failed; the recorder retries. */
  readonly error?: unknown;
  /** Time since it last stored a batch or found nothing to store (ms); at first, since it was started. */
  readonly sinceSuccessMs: number;
}

/** Notes what the recorder of one domain does. */
export class DomainState {
  readonly #errors = new Map<Server, unknown>();
  #recorded = NOTHING_WRITTEN;
  #succeededAtMs = performance.now();

  health(): RecordedDomain {
    const [error] = this.#errors.values();
    return {
      recorded: this.#recorded,
      ...(error !== undefined && { error }),
      sinceSuccessMs: performance.now() - this.#succeededAtMs,
    };
  }

  started(): void {
    this.#errors.clear();
    this.succeeded();
  }

  succeeded(): void {
    this.#succeededAtMs = performance.now();
  }

  count(written: Written): void {
    this.#recorded = sumOf(this.#recorded, written);
    this.succeeded();
  }

  /** Notes the error of a call, or undefined if it succeeded. */
  note(server: Server, error: unknown): void {
    if (error === undefined) this.#errors.delete(server);
    else this.#errors.set(server, error);
  }

  stopped(): void {
    this.#errors.clear();
  }
}
