import { assertDomain, resolveTierPolicies, type Tier, type TierPolicy } from '@nooble/models';
import { InvalidActionError, readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { BROKER_RULES } from '@nooble/queue';
import type { createBroker, DomainQueueManager, QueueBroker, WorkerLoad } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';
import type { ActionProcessor } from './handlers/action-processor.ts';
import { resolveRetryPolicy, type RetryPolicy } from './handlers/backoff.ts';
import type { LoggerOption } from './reporting/logging.ts';
import { TIMEOUT_GRACE_MS } from './attempts/timeout.ts';

/** Longer than a rolling deploy takes to start its first new worker (ms). */
const UNHANDLED_FOR_MS = 300_000;

/** Most children answer sooner; a person who approves does not (ms). */
const PARK_AFTER_MS = 300_000;

/** A higher limit would save little, and stall more actions when a worker dies. */
const MAX_PREFETCH = 64;

/** Options of the worker's queue, passed to `createBroker`; must be the same for all workers of a domain. */
export type QueueBehaviour = Omit<Parameters<typeof createBroker>[0], 'domain' | 'redis'>;

/** Options of a `BaseWorker`. */
export interface WorkerOptions extends QueueBehaviour {
  /** Domain whose actions it runs. @default the domain of the processor's handlers */
  readonly domain?: string;
  /** A URL, whose connections the worker then owns, or a shared pool. */
  readonly redis: string | RedisPool;
  readonly processor: ActionProcessor;
  /** Maximum number of actions run concurrently. @default 16 */
  readonly concurrency?: number;
  /** Version of the service, shown by `queues.workers`, up to 255 characters. @default none */
  readonly version?: string;
  /**
   * Maximum number of actions claimed ahead of free slots while handlers take less than about 2 ms, from 0 to 64; 0 disables
   * it. A worker with slower handlers claims nothing ahead. @default 16
   */
  readonly prefetch?: number;
  /**
   * Retry policy of action types without their own. @default 3 attempts, 1 s to 60 s apart, with jitter; throttled for up to
   * an hour
   */
  readonly retry?: Partial<RetryPolicy>;
  /**
   * Maximum time that an action without a handler in this worker waits for a worker that has one, as in a rolling deploy
   * (ms). After this time it is dead. @default 300_000
   */
  readonly unhandledForMs?: number;
  /** Maximum time that `stop()` waits for running handlers before it aborts them (ms), up to 366 days. @default 25_000 */
  readonly graceMs?: number;
  /** Maximum time that a handler may ignore its abort signal after a timeout (ms), up to 366 days. @default 5_000 */
  readonly timeoutGraceMs?: number;
  /**
   * Time for which a handler that only waits for calls and signals stays in the memory of this worker (ms). After that it is
   * parked, and runs again from its journal once an answer has come. @default 300_000
   */
  readonly parkAfterMs?: number;
  /** @default a pino logger on stdout */
  readonly logger?: LoggerOption;
  /** Stops on SIGTERM and SIGINT; a second signal exits immediately. @default true */
  readonly handleSignals?: boolean;
  /** Manager behind `ctx.queues`; not closed by the worker. @default a separate manager */
  readonly queues?: DomainQueueManager;
  /** Source of actions; not closed by the worker. @default `createBroker` */
  readonly broker?: QueueBroker;
}

const VERSION = {
  isValid: (value: unknown) => typeof value === 'string' && value !== '' && value.length <= 255,
  expected: 'a string of 1 to 255 characters',
};

const CHECK: OptionsCheck<WorkerOptions> = {
  of: 'a worker',
  rules: {
    ...BROKER_RULES,
    processor: rule.anything,
    concurrency: rule.whole(1),
    version: VERSION,
    prefetch: rule.whole(0, MAX_PREFETCH),
    retry: rule.anything,
    unhandledForMs: rule.duration,
    graceMs: rule.duration,
    timeoutGraceMs: rule.duration,
    parkAfterMs: rule.duration,
    logger: rule.anything,
    handleSignals: rule.boolean,
    queues: rule.anything,
    broker: rule.anything,
  },
};

/** The validated options that a running worker reads. */
export interface ResolvedOptions {
  readonly domain: string;
  readonly processor: ActionProcessor;
  readonly concurrency: number;
  /** Constant facts that the worker registers about itself. */
  readonly registered: Omit<WorkerLoad, 'running'>;
  readonly prefetch: number;
  readonly retry: RetryPolicy;
  readonly unhandledForMs: number;
  readonly graceMs: number;
  readonly timeoutGraceMs: number;
  readonly parkAfterMs: number;
  readonly handleSignals: boolean;
  readonly tiers: Readonly<Record<Tier, TierPolicy>>;
}

/** Validates and completes the options. Throws InvalidActionError for names and RangeError for other invalid options. */
export function resolveOptions(given: WorkerOptions): ResolvedOptions {
  const options = readOptions(given, CHECK);
  const { processor, concurrency = 16, prefetch = 16, handleSignals = true, version } = options;
  const domain = options.domain ?? domainOfHandlers(processor);
  const { graceMs = 25_000, timeoutGraceMs = TIMEOUT_GRACE_MS } = options;
  const { unhandledForMs = UNHANDLED_FOR_MS, parkAfterMs = PARK_AFTER_MS } = options;
  assertDomain(domain);
  assertSameDomain(processor, domain);
  const retry = resolveRetryPolicy(options.retry);
  const tiers = resolveTierPolicies(options.tiers);
  const durations = { graceMs, timeoutGraceMs, unhandledForMs, parkAfterMs };
  return Object.freeze({
    domain,
    processor,
    concurrency,
    registered: { concurrency, ...(version !== undefined && { version }) },
    prefetch,
    retry,
    ...durations,
    handleSignals,
    tiers,
  });
}

function domainOfHandlers(processor: ActionProcessor): string {
  const types = processor.actionTypes;
  const [domain] = types.map((type) => processor.find(type)?.domain);
  if (domain !== undefined) return domain;
  const reason =
    'a worker without a domain takes it from the handlers of its processor, which has none';
  throw new InvalidActionError({ reason });
}

function assertSameDomain(processor: ActionProcessor, domain: string): void {
  const foreign = processor.actionTypes.find((type) => processor.find(type)?.domain !== domain);
  if (foreign === undefined) return;
  throw new InvalidActionError({
    reason: `action type "${foreign}" never reaches a worker of domain "${domain}"`,
  });
}
