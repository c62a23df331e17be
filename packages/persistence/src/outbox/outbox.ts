import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { DomainQueueManager, EnqueueOptions } from '@nooble/queue';
import type { Sessions } from '../connecting/sessions.ts';
import { discardRefused, listRefused, retryRefused } from './ended-rows.ts';
import type { RefusedAction, RefusedOptions } from './ended-rows.ts';
import { enqueueIn, type CallerTransaction, type OutboxReceipt } from './enqueue-in.ts';
import type { RelayHealth } from './relay-state.ts';
import { OutboxRelay } from './relay.ts';
import { readOutboxStats, type OutboxStats } from './stats.ts';

/** Options of an outbox. */
export interface OutboxOptions {
  /** Checks actions when they are stored, and admits them once their transaction is committed. */
  readonly queues: DomainQueueManager;
  /** Maximum number of rows that are locked and admitted together. @default 500 */
  readonly batchSize?: number;
  /** Maximum time until a relay looks for actions without having been notified (ms). @default 1_000 */
  readonly pollMs?: number;
  /** Time for which the rows of admitted actions are kept (ms). @default 0 */
  readonly retainMs?: number;
  /**
   * Notify relays when a transaction is committed. PostgreSQL commits transactions that notify one after the other, so a database
   * with thousands of them per second is faster without. @default true
   */
  readonly wake?: boolean;
  /** Called with errors of a relay, which continues. @default `process.emitWarning` */
  readonly onError?: (error: unknown) => void;
}

const CHECK: OptionsCheck<OutboxOptions> = {
  of: 'an outbox',
  rules: {
    queues: rule.anything,
    batchSize: rule.whole(1, 10_000),
    pollMs: rule.number(1, 3_600_000),
    retainMs: rule.duration,
    wake: rule.boolean,
    onError: rule.function,
  },
};

/** Actions that are sent if, and only if, the transaction that stores them is committed. */
export interface Outbox {
  /**
   * Checks an action as `enqueue` does, and stores it in the caller's transaction: it is admitted once after the commit, and never
   * after a rollback. Limits apply when it is admitted; until then it waits. Actions of a sequence keep the order of their rows.
   * Throws InvalidActionError, PayloadTooLargeError, TenantMismatchError, TenantDirectoryError and PostgresSetupError.
   */
  enqueueIn(
    this: void,
    transaction: CallerTransaction,
    action: DomainAction,
    options?: EnqueueOptions,
  ): Promise<OutboxReceipt>;
  /** Starts to admit committed actions in this process. Idempotent. */
  start(this: void): void;
  /** Stops it, once the current batch has been admitted. Idempotent. */
  stop(this: void): Promise<void>;
  /** Returns the state of the relay of this process. */
  health(this: void): RelayHealth;
  /** Returns the numbers of actions in the outbox, and how long the oldest has waited. */
  stats(this: void): Promise<OutboxStats>;
  /** Returns one page of the actions that were refused permanently, with their errors. */
  refused(this: void, options?: RefusedOptions): Promise<RefusedAction[]>;
  /** Tries refused actions again, by the numbers of their rows. Returns their number. */
  retry(this: void, ids: readonly string[]): Promise<number>;
  /** Deletes refused actions, by the numbers of their rows. Returns their number. */
  discard(this: void, ids: readonly string[]): Promise<number>;
}

/** Opens the outbox. Throws RangeError for invalid options. */
export function openOutbox(sessions: Sessions, given: OutboxOptions): Outbox {
  const options = readOptions(given, CHECK);
  const { queues, batchSize = 500, pollMs = 1_000, retainMs = 0, wake = true } = options;
  const { onError = (error: unknown) => process.emitWarning(error as Error) } = options;
  const parts = { sessions, queues, batchSize, isKept: retainMs > 0 };
  const relay = new OutboxRelay(parts, { pollMs, retainMs, onError });
  return {
    enqueueIn: async (transaction, action, enqueueOptions) =>
      enqueueIn({ queues, wake }, transaction, { action, options: enqueueOptions }),
    start: () => relay.start(),
    stop: async () => relay.stop(),
    health: () => relay.health(),
    stats: async () => readOutboxStats(sessions),
    refused: async (page = {}) => listRefused(sessions, page),
    retry: async (ids) => retryRefused(sessions, ids),
    discard: async (ids) => discardRefused(sessions, ids),
  };
}
