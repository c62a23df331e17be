import { isNoobleError, RedisUnavailableError, toWireError } from '@nooble/errors';
import type { QueueBroker, SettleResult } from '@nooble/queue';
import type { Attempt } from './attempt.ts';
import type { Publish } from './events.ts';

/** What the settlements need from their worker. */
export interface SettlementsOptions {
  readonly publish: Publish;
  /** The queue has given its final answer on this attempt. */
  readonly onAnswered: (attempt: Attempt) => void;
}

/** Ended attempts on their way to the queue. They stay here until it has answered: no result is lost to an outage. */
export class Settlements {
  #pending: Attempt[] = [];
  readonly #publish: Publish;
  readonly #onAnswered: (attempt: Attempt) => void;

  constructor({ publish, onAnswered }: SettlementsOptions) {
    this.#publish = publish;
    this.#onAnswered = onAnswered;
  }

  get size(): number {
    return this.#pending.length;
  }

  add(attempt: Attempt): void {
    this.#pending.push(attempt);
  }

  /** Everything pending, for one call; hand it to `answer` or `putBack` afterwards. */
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

  /**
   * Sends a batch the queue choked on one by one. What it still refuses (a result that cannot become
   * JSON) ends as dead, so that it neither holds the others back nor is tried for ever.
   */
  async sendEach(batch: readonly Attempt[], broker: QueueBroker): Promise<void> {
    for (const attempt of batch) {
      try {
        this.answer([attempt], await broker.settle([attempt.settlement]));
      } catch (error) {
        this.#refused(attempt, error);
      }
    }
  }

  #conclude(attempt: Attempt, result: SettleResult | undefined): boolean {
    if (result === undefined || result === 'unsent') return false;
    this.#onAnswered(attempt);
    if (result === 'lost') this.#publish('lost', attempt.event);
    else publishOutcome(attempt, this.#publish);
    return true;
  }

  #refused(attempt: Attempt, error: unknown): void {
    if (isUnavailable(error)) return this.putBack([attempt]);
    const attempted = `settle action "${attempt.claimed.lease.actionId}"`;
    this.#publish('error', { attempted, error });
    // Its lease runs out and the queue judges it: nothing better can be said from here.
    if (attempt.ending?.status === 'dead') return this.#onAnswered(attempt);
    attempt.replaceOutcome({ status: 'dead', error: { ...toWireError(error), retryable: false } });
    this.putBack([attempt]);
  }
}

/** Whether the queue could not be reached, as opposed to having refused. */
export function isUnavailable(error: unknown): boolean {
  return isNoobleError(error) && error.code === RedisUnavailableError.kind.code;
}

function publishOutcome(attempt: Attempt, publish: Publish): void {
  const { ending, event, runningMs } = attempt;
  if (ending?.status === 'done') publish('done', { ...event, runningMs, result: ending.result });
  if (ending?.status === 'dead') publish('dead', { ...event, runningMs, error: ending.error });
  if (ending?.status === 'retry') {
    publish('retry', { ...event, runningMs, error: ending.error, delayMs: ending.delayMs });
  }
}
