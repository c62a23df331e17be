import { isNoobleError, toWireError, type WireError } from '@nooble/errors';
import type { ClaimResult, QueueBroker, SettleAnswer, Settlement } from '@nooble/queue';
import { isUnavailable } from '@nooble/redis';
import type { Attempt } from '../attempts/attempt.ts';
import type { Ending } from '../attempts/attempt-reports.ts';
import type { FinishedEvent, Publish } from '../reporting/events.ts';
import { Refused } from './refused.ts';

/** Settlements of one call, with the attempts they end. */
export type SettlementBatch = ReadonlyMap<Settlement, Attempt>;

/** Dependencies of the pending settlements. */
export interface PendingSettlementsOptions {
  readonly broker: QueueBroker;
  readonly publish: Publish;
  /** Called when the queue has given its final answer about an attempt. */
  readonly onAnswered: (attempt: Attempt) => void;
  /** Called when an attempt was settled outside of a round trip. */
  readonly onRetried: () => void;
}

/** Ended attempts that the queue has not confirmed. They stay here until it answers: no result is lost in an outage. */
export class PendingSettlements {
  #pending: Attempt[] = [];
  /** Number of settlements that the queue handles separately. */
  #apart = 0;
  readonly #refused: Refused;
  readonly #options: PendingSettlementsOptions;

  constructor(options: PendingSettlementsOptions) {
    this.#options = options;
    this.#refused = new Refused(async (attempt) => this.#retry(attempt));
  }

  /** Number of settlements to send with the next call. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Number of unconfirmed settlements, including refused ones. */
  get size(): number {
    return this.#pending.length + this.#apart + this.#refused.size;
  }

  add(attempt: Attempt): void {
    this.#pending.push(attempt);
  }

  /** Returns all pending settlements, for one call; pass them to `answer` or `putBack` afterwards. */
  take(): SettlementBatch {
    return new Map(this.#pending.splice(0).map((attempt) => [attempt.settlement, attempt]));
  }

  putBack(attempts: Iterable<Attempt>): void {
    this.#pending = [...attempts, ...this.#pending];
  }

  /** Handles the answers of one call. */
  answer(batch: SettlementBatch, answers: ClaimResult['settled']): void {
    for (const [settlement, attempt] of batch) {
      const answer = answers.get(settlement) ?? 'unsent';
      if (answer instanceof Promise) void this.#await(attempt, answer);
      else this.#conclude(attempt, answer);
    }
  }

  /** The worker stops: sends refused settlements without a further delay. */
  hurry(): void {
    this.putBack(this.#refused.take());
  }

  /** Ends all retries. The rest is reclaimed when the leases end. */
  stop(): void {
    this.#refused.stop();
  }

  async #await(attempt: Attempt, answer: Promise<SettleAnswer>): Promise<void> {
    this.#apart += 1;
    const known = await answer;
    this.#apart -= 1;
    this.#conclude(attempt, known);
    this.#options.onRetried();
  }

  /** Retries a refused settlement alone. */
  async #retry(attempt: Attempt): Promise<void> {
    const { broker, onRetried } = this.#options;
    const { settlement } = attempt;
    const answer = await broker
      .settle([settlement])
      .then((answers) => answers.get(settlement) ?? 'unsent', refusalOf);
    this.#conclude(attempt, answer);
    onRetried();
  }

  #conclude(attempt: Attempt, answer: SettleAnswer): void {
    if (answer === 'unsent') return this.#refused.add(attempt);
    if (answer === 'cancelled') return this.#cancelled(attempt);
    if (typeof answer === 'object') return this.#notStored(attempt, answer.refused);
    const { publish, onAnswered } = this.#options;
    onAnswered(attempt);
    if (answer === 'lost') publish('lost', attempt.event);
    else publishOutcome(attempt, publish);
  }

  /** The action was cancelled before this outcome was stored. */
  #cancelled(attempt: Attempt): void {
    attempt.replaceOutcome({ status: 'cancelled' });
    this.putBack([attempt]);
  }

  #notStored(attempt: Attempt, error: unknown): void {
    const { publish, onAnswered } = this.#options;
    const attempted = `settle action "${attempt.claimed.lease.actionId}"`;
    publish('error', { attempted, error });
    if (!isAboutOutcome(error, attempt)) return this.#refused.add(attempt);
    // Let the lease end; reclaim will decide the outcome.
    if (attempt.ending?.status === 'dead') return onAnswered(attempt);
    attempt.replaceOutcome({ status: 'dead', error: { ...toWireError(error), retryable: false } });
    this.putBack([attempt]);
  }
}

/** Converts the error of a broker to a refusal. */
function refusalOf(error: unknown): SettleAnswer {
  return isUnavailable(error) ? 'unsent' : { refused: error };
}

/** Returns true if no message can carry the outcome: it was refused before anything was sent. */
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
  if (ending?.status === 'cancelled' || ending?.status === 'parked') {
    return publish(ending.status, { ...event, runningMs });
  }
  if (ending && 'error' in ending) publishFailure(ending, { ...event, runningMs }, publish);
}

function publishFailure(
  ending: Extract<Ending, { error: WireError }>,
  event: FinishedEvent,
  publish: Publish,
): void {
  const { status, error } = ending;
  if (status === 'dead' || status === 'expired') publish(status, { ...event, error });
  else publish(status, { ...event, error, delayMs: ending.delayMs });
}
