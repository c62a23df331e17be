import { assertDomain, resolveTierPolicies, type Tier, type TierPolicy } from '@nooble/models';
import { InvalidActionError, readOptions, rule, type OptionsCheck } from '@nooble/errors';
import type { createBroker, DomainQueueManager, QueueBroker } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';
import type { ActionProcessor } from './handlers/action-processor.ts';
import { resolveRetryPolicy, type RetryPolicy } from './handlers/backoff.ts';
import type { LoggerOption } from './reporting/logging.ts';
import { TIMEOUT_GRACE_MS } from './attempts/timeout.ts';

/** Longer than a rolling deploy takes to bring the first new worker (ms). */
const UNHANDLED_FOR_MS = 300_000;

/** More would save little, and stall more actions when a worker dies. */
const MAX_PREFETCH = 64;

/** How the worker's queue behaves; the same for every worker of a domain. Handed to `createBroker`. */
export type QueueBehaviour = Omit<Parameters<typeof createBroker>[0], 'domain' | 'redis'>;

/** What a `BaseWorker` is made of. */
export interface WorkerOptions extends QueueBehaviour {
  /** The domain whose actions it runs. @default the one of the processor's handlers */
  readonly domain?: string;
  /** A URL, whose connections the worker then owns, or a pool shared with others. */
  readonly redis: string | RedisPool;
  readonly processor: ActionProcessor;
  /** Actions at a time. @default 16 */
  readonly concurrency?: number;
  /**
   * Maximum number of actions claimed ahead of a free slot, while handlers take less than about 2 ms: 0 to 64; 0
   * disables it. A worker whose handlers are slower claims nothing ahead. @default 16
   */
  readonly prefetch?: number;
  /** For action types without a policy of their own. @default 3 attempts, 1 s to 60 s apart, with jitter; throttled for an hour */
  readonly retry?: Partial<RetryPolicy>;
  /**
   * How long an action of a type that has no handler here waits for a worker that has one, as in a rolling deploy,
   * from the first time on (ms); then it is dead. @default 300_000
   */
  readonly unhandledForMs?: number;
  /** How long `stop()` waits for running handlers before it aborts them (ms), up to 366 days. @default 25_000 */
  readonly graceMs?: number;
  /** How long a handler may take to obey its aborted signal at a timeout (ms), up to 366 days. @default 5_000 */
  readonly timeoutGraceMs?: number;
  /** @default a pino logger on stdout */
  readonly logger?: LoggerOption;
  /** Stop on SIGTERM and SIGINT; a second one exits at once. @default true */
  readonly handleSignals?: boolean;
  /** Where `ctx.queues` sends; not closed by the worker. @default a manager of its own */
  readonly queues?: DomainQueueManager;
  /** Where actions come from; not closed by the worker. @default `createBroker` */
  readonly broker?: QueueBroker;
}

/** Checked by `createBroker`. */
const BROKER_RULES = {
  prefix: rule.anything,
  tiers: rule.anything,
  leaseMs: rule.anything,
  mode: rule.anything,
  floor: rule.anything,
  share: rule.anything,
  maxStalls: rule.anything,
  maxDead: rule.anything,
  maxDeadAgeMs: rule.anything,
  maxPayloadBytes: rule.anything,
  onWarning: rule.anything,
};

const CHECK: OptionsCheck<WorkerOptions> = {
  of: 'a worker',
  rules: {
    ...BROKER_RULES,
    domain: rule.anything,
    redis: rule.anything,
    processor: rule.anything,
    concurrency: rule.whole(1),
    prefetch: rule.whole(0, MAX_PREFETCH),
    retry: rule.anything,
    unhandledForMs: rule.duration,
    graceMs: rule.duration,
    timeoutGraceMs: rule.duration,
    logger: rule.anything,
    handleSignals: rule.boolean,
    queues: rule.anything,
    broker: rule.anything,
  },
};

/** The part of the options a running worker reads, complete. */
export interface ResolvedOptions {
  readonly domain: string;
  readonly processor: ActionProcessor;
  readonly concurrency: number;
  readonly prefetch: number;
  readonly retry: RetryPolicy;
  readonly unhandledForMs: number;
  readonly graceMs: number;
  readonly timeoutGraceMs: number;
  readonly handleSignals: boolean;
  readonly tiers: Readonly<Record<Tier, TierPolicy>>;
}

/** Checks and completes the options. Throws InvalidActionError for names and RangeError for numbers. */
export function resolveOptions(given: WorkerOptions): ResolvedOptions {
  const options = readOptions(given, CHECK);
  const { processor, concurrency = 16, prefetch = 16, handleSignals = true } = options;
  const domain = options.domain ?? domainOfHandlers(processor);
  const { graceMs = 25_000, timeoutGraceMs = TIMEOUT_GRACE_MS } = options;
  const { unhandledForMs = UNHANDLED_FOR_MS } = options;
  assertDomain(domain);
  assertSameDomain(processor, domain);
  const retry = resolveRetryPolicy(options.retry);
  const tiers = resolveTierPolicies(options.tiers);
  const durations = { graceMs, timeoutGraceMs, unhandledForMs };
  return Object.freeze({
    domain,
    processor,
    concurrency,
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
