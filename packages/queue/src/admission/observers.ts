import type { NoobleError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { Receipt } from './receipt.ts';

/** Admits an action. Resolves to its receipt, or to the reason why it was refused; rejects for a malformed action. */
export type Admit = (action: DomainAction) => Promise<Receipt | NoobleError>;

/** Outcome of an awaited action. `abandoned`: its caller gave up, or it was refused. */
export interface ReplyEvent {
  readonly action: DomainAction;
  readonly status: 'done' | 'dead' | 'expired' | 'cancelled' | 'abandoned';
  /** Time since it was sent (ms). */
  readonly tookMs: number;
}

/** Observes what a manager sends, and the replies that its clients receive. */
export interface QueueObserver {
  /**
   * Runs around each admission, and returns what `admit` resolves to. It may pass on a copy of the action with other
   * metadata, such as a trace context.
   */
  readonly admit?: (action: DomainAction, admit: Admit) => Promise<Receipt | NoobleError>;
  /** Called when an awaited action has its outcome. */
  readonly replied?: (event: ReplyEvent) => void;
  /** Called for a reply that reached no call. */
  readonly dropped?: (why: 'late' | 'unknown' | 'evicted' | 'lost') => void;
}

/** The observers of a manager and its clients. Without one, nothing is created or called. */
export class Observers {
  #all: readonly QueueObserver[] = [];
  readonly #onWarning: (warning: string) => void;

  constructor(onWarning: (warning: string) => void) {
    this.#onWarning = onWarning;
  }

  /** Returns a function that removes the observer. */
  add(observer: QueueObserver): () => void {
    this.#all = [...this.#all, observer];
    return () => {
      this.#all = this.#all.filter((each) => each !== observer);
    };
  }

  /** True if some of them observe admissions. */
  get observeAdmission(): boolean {
    return this.#all.length > 0 && this.#all.some(({ admit }) => admit);
  }

  /** Admits an action within all observers, the first added outermost. */
  async admit(action: DomainAction, admit: Admit): Promise<Receipt | NoobleError> {
    const around = this.#all.reduceRight<Admit>(
      (inner, { admit: outer }) => (outer ? async (given) => outer(given, inner) : inner),
      admit,
    );
    return around(action);
  }

  /** Starts the clock of an awaited action. Undefined if nobody observes replies. */
  awaited(action: DomainAction): ((status: ReplyEvent['status']) => void) | undefined {
    if (this.#all.length === 0) return undefined;
    const startedMs = performance.now();
    return (status) => {
      const event = { action, status, tookMs: performance.now() - startedMs };
      this.#notify((observer) => observer.replied?.(event));
    };
  }

  dropped(why: 'late' | 'unknown' | 'evicted' | 'lost'): void {
    if (this.#all.length > 0) this.#notify((observer) => observer.dropped?.(why));
  }

  /** An observer that throws affects nothing else. */
  #notify(call: (observer: QueueObserver) => void): void {
    for (const observer of this.#all) {
      try {
        call(observer);
      } catch (error) {
        this.#onWarning(`An observer of replies has failed: ${String(error)}`);
      }
    }
  }
}
