import { isNoobleError, toWireError } from '@nooble/errors';
import type { QueueBroker, SettleResult } from '@nooble/queue';
import { isUnavailable } from '@nooble/redis';
import type { Attempt } from './attempt.ts';
import type { Publish } from './events.ts';
import { Refused } from './refused.ts';

/** What the settlements need from their worker. */
export interface SettlementsOptions {
  readonly broker: QueueBroker;
  readonly publish: Publish;
  /** The queue has given its final answer on this attempt. */
  readonly onAnswered: (attempt: Attempt) => void;
  /** One that was refused has been sent again, outside of a round trip. */
  readonly onRetried: () => void;
}

/** Ended attempts on their way to the queue. They stay here until it has answered: no result is lost to an outage. */
export class Settlements {
  #pending: Attempt[] = [];
  readonly #refused: Refused;
  readonly #options: SettlementsOptions;

  constructor(options: SettlementsOptions) {
    this.#options = options;
    this.#refused = new Refused(async (attempt) => this.#retry(attempt));
  }

  /** Those to send with the next call. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Those the queue has not answered, the refused ones included. */
  get size(): number {
    return this.#pending.length + this.#refused.size;
  }

  add(attempt: Attempt): void {
    this.#pending.push(attempt);
  }

  /** Everything pending, for one call; hand it to `answer`, `putBack` or `sendEach` afterwards. */
  take(): readonly Attempt[] {
    return this.#pending.splice(0);
  }

  putBack(batch: readonly Attempt[]): void {
    this.#pending = [...batch, ...this.#pending];
  }

  /** Deals with the results of one call, given in the order of `batch`; answers how many must be sent again. */
  answer(batch: readonly Attempt[], results: readonly SettleResult[]): number {
    const unsent = batch.filter((attempt, index) => !this.#conclude(attempt, results[index]));
    this.putBack(unsent);
    return unsent.length;
  }

  /** Sends a batch the queue choked on one by one, so that the cause of it holds no other back. Never rejects. */
  async sendEach(batch: readonly Attempt[]): Promise<void> {
    const { broker } = this.#options;
    for (const attempt of batch) {
      try {
        this.answer([attempt], await broker.settle([attempt.settlement]));
      } catch (error) {
        this.#notStored(attempt, error);
      }
    }
  }

  /** The worker stops: what was refused is sent without a further pause. */
  hurry(): void {
    this.putBack(this.#refused.take());
  }

  /** Ends all trying; what is still here comes back when its lease ends. */
  stop(): void {
    this.#refused.stop();
  }

  async #retry(attempt: Attempt): Promise<void> {
    await this.sendEach([attempt]);
    this.#options.onRetried();
  }

  #conclude(attempt: Attempt, result: SettleResult | undefined): boolean {
    if (result === undefined || result === 'unsent') return false;
    const { publish, onAnswered } = this.#options;
    onAnswered(attempt);
    if (result === 'lost') publish('lost', attempt.event);
    else publishOutcome(attempt, publish);
    return true;
  }

  #notStored(attempt: Attempt, error: unknown): void {
    if (isUnavailable(error)) return this.putBack([attempt]);
    const { publish, onAnswered } = this.#options;
    const attempted = `settle action "${attempt.claimed.lease.actionId}"`;
    publish('error', { attempted, error });
    if (!isAboutOutcome(error, attempt)) return this.#refused.add(attempt);
    // Its lease runs out and the queue judges it: nothing better can be said from here.
    if (attempt.ending?.status === 'dead') return onAnswered(attempt);
    attempt.replaceOutcome({ status: 'dead', error: { ...toWireError(error), retryable: false } });
    this.putBack([attempt]);
  }
}

/** Whether no message can carry the outcome, now or later: it was refused before anything was sent. */
function isAboutOutcome(error: unknown, attempt: Attempt): boolean {
  if (isNoobleError(error)) return !error.retryable;
  try {
    JSON.stringify(attempt.ending);
    return false;
  } catch {
    return true;
  }
}

function publishOutcome(attempt: Attempt, publish: Publish): void {
  const { ending, event, runningMs } = attempt;
  if (ending?.status === 'done') {
    return publish('done', Object.assign(event, { runningMs, result: ending.result }));
  }
  if (ending?.status === 'dead') publish('dead', { ...event, runningMs, error: ending.error });
  if (ending?.status === 'retry') {
    publish('retry', { ...event, runningMs, error: ending.error, delayMs: ending.delayMs });
  }
}
