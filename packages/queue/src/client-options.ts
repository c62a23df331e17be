import { checkOption, MAX_DURATION_MS, readOptions, rule } from '@nooble/errors';
import type { OptionRule, OptionsCheck } from '@nooble/errors';
import type { ActionDefinition } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { Canceller } from './delivery/caller-gone.ts';
import type { Observers } from './admission/observers.ts';
import type { Enqueue } from './delivery/exchanges.ts';
import { isDuration } from './timing/durations.ts';

/** Default time that a request waits (ms). */
export const REQUEST_TIMEOUT_MS = 30_000;

/** Options of `request`. */
export interface RequestOptions {
  /** Gives up and cancels the action, even if it runs; rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Maximum time to wait (ms). The action expires then: it never starts, or is aborted. @default 30_000 */
  readonly timeoutMs?: number;
}

/** Timeout of a request. 0 would end the request before it began. */
export const REQUEST_TIMEOUT: OptionRule = {
  isValid: (ms) => isDuration(ms) && ms > 0,
  expected: `a number of ms above 0 and up to ${MAX_DURATION_MS}`,
};

/** Check of the options of `request`. */
export const REQUEST: OptionsCheck<RequestOptions> = {
  of: 'request',
  rules: { signal: rule.signal, timeoutMs: REQUEST_TIMEOUT },
};

/** Check of the options of `resume`. */
export const RESUME: OptionsCheck<RequestOptions> = {
  of: 'resume',
  rules: REQUEST.rules,
};

/** The methods of a `DomainQueueManager` that a client uses. */
export interface RequestQueues extends Canceller {
  readonly redis: RedisPool;
  readonly prefix: string;
  readonly closed: AbortSignal;
  enqueue: Enqueue;
  /** Those of a manager observe its clients as well. */
  readonly observers?: Observers;
  /** Work that it waits for before it closes the connections. */
  readonly lastWork?: { add(work: Promise<unknown>): void };
}

/** Options of a client. */
export interface ClientOptions {
  readonly queues: RequestQueues;
  /**
   * Name of its inbox, of one process at a time: a later process with the same name takes up the replies that came meanwhile.
   * @default a new one
   */
  readonly inbox?: string;
}

/** Options of `resume`. */
export interface ResumeOptions<Data, Result, Chunk, Input> extends RequestOptions {
  /** Validates the result. @default it is `unknown` */
  readonly definition?: ActionDefinition<Data, Result, Chunk, Input>;
}

/** Options of `unclaimed`. */
export interface UnclaimedOptions {
  /** Ends the iteration. @default when the client is closed */
  readonly signal?: AbortSignal;
}

/** Check of the options of `unclaimed`. */
export const UNCLAIMED: OptionsCheck<UnclaimedOptions> = {
  of: 'unclaimed',
  rules: { signal: rule.signal },
};

const QUEUES: OptionRule = {
  isValid: (value) => rule.object.isValid(value) && isManager(value as Partial<RequestQueues>),
  expected: 'a DomainQueueManager',
};

const CLIENT: OptionsCheck<ClientOptions> = {
  of: 'a client',
  rules: { queues: QUEUES, inbox: rule.anything },
};

/** Checks the options of a client, except for the name of its inbox. Throws RangeError. */
export function readClientOptions(given: ClientOptions): ClientOptions {
  const options = readOptions(given, CLIENT);
  checkOption('queues', options.queues, QUEUES);
  return options;
}

function isManager({ enqueue, closed }: Partial<RequestQueues>): boolean {
  return typeof enqueue === 'function' && rule.signal.isValid(closed);
}
