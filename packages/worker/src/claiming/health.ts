import type { QueueBroker } from '@nooble/queue';
import { isUnavailable, within } from '@nooble/redis';
import type { Clock } from '../timing/clock.ts';
import type { Consumer } from './consumer.ts';
import type { Ahead } from '../attempts/ahead.ts';
import type { Running } from '../attempts/running.ts';
import { HEARTBEAT_MS } from './heartbeat.ts';

/** Maximum time for the consuming connection to answer a ping (ms). */
const PING_LIMIT_MS = 1_000;
/** Maximum time without an answer of the queue (ms): three missed claims. */
const SILENCE_LIMIT_MS = 3 * HEARTBEAT_MS;

/** One reason why a worker does not do its job. */
export interface HealthReason {
  /** The part that is not ready. */
  readonly dependency: 'redis' | 'worker';
  readonly code:
    | 'NOT_STARTED'
    | 'STOPPING'
    | 'STOPPED'
    | 'REDIS_UNAVAILABLE'
    | 'REDIS_REFUSES'
    | 'NO_ANSWER'
    | 'NO_CLAIM'
    | 'HANDLERS_OVERDUE';
  /** A sentence for operators. It may contain addresses, so do not expose it publicly. */
  readonly message: string;
}

/** Health of a worker, with reasons if it is not ok. */
export interface WorkerHealth {
  readonly status: 'ok' | 'red';
  /** True if the worker was started and the consuming connection answers. */
  readonly consuming: boolean;
  /** Empty if the status is `ok`. */
  readonly reasons: readonly HealthReason[];
  /**
   * Parts that cannot be reached while the worker does its job, such as the inbox of a caller; one sentence each, for
   * operators. Their messages are kept and delivered later.
   */
  readonly warnings: readonly string[];
  /** Number of slots in use, including overdue ones. */
  readonly running: number;
  /** Number of slots held by handlers that outlived their timeout and its grace period, or their lease. */
  readonly overdue: number;
  /** Number of actions claimed ahead that wait for a slot; not included in `running`. */
  readonly ahead: number;
  readonly concurrency: number;
  /** Lead of the domain's clock over the clock of Redis, which was set back (ms); usually 0. */
  readonly clockLeadMs: number;
  /** Time since the last answer to a claim (ms); absent before the first. */
  readonly lastClaimMs?: number;
}

/** Inputs of a health check. */
export interface HealthParts {
  readonly broker: QueueBroker;
  readonly consumer: Consumer;
  readonly running: Running;
  readonly ahead: Ahead;
  readonly concurrency: number;
  readonly clock: Clock;
  readonly state: 'new' | 'started' | 'stopping' | 'stopped';
}

/** Measures health on the connection that consumes. Takes at most a second and never rejects. */
export async function readHealth(parts: HealthParts): Promise<WorkerHealth> {
  const { consumer, running, concurrency, clock, state } = parts;
  const connection = state === 'started' ? await reasonNotAnswering(parts) : undefined;
  const { lastAnswerMs, clockLeadMs } = consumer;
  const silence =
    lastAnswerMs === undefined ? {} : { lastClaimMs: clock.monotonicMs() - lastAnswerMs };
  const { slotsHeld, overdue } = running;
  const reasons = [
    reasonNotRunning(state) ?? connection,
    reasonSilent(silence.lastClaimMs),
    reasonOverdue(overdue, concurrency),
  ].filter((reason) => reason !== undefined);
  const status = reasons.length === 0 ? 'ok' : 'red';
  const consuming = state === 'started' && connection === undefined && lastAnswerMs !== undefined;
  const slots = { running: slotsHeld, overdue, ahead: parts.ahead.size, concurrency };
  const warnings = parts.broker.warnings();
  return { status, consuming, reasons, warnings, ...slots, clockLeadMs, ...silence };
}

function reasonNotRunning(state: HealthParts['state']): HealthReason | undefined {
  const dependency = 'worker';
  if (state === 'new')
    return { dependency, code: 'NOT_STARTED', message: 'The worker is not started' };
  if (state === 'stopping')
    return { dependency, code: 'STOPPING', message: 'The worker is stopping' };
  if (state === 'stopped') return { dependency, code: 'STOPPED', message: 'The worker is stopped' };
  return undefined;
}

function reasonSilent(silentMs: number | undefined): HealthReason | undefined {
  if (silentMs !== undefined && silentMs <= SILENCE_LIMIT_MS) return undefined;
  const message =
    silentMs === undefined
      ? 'The queue has not answered a claim yet'
      : `The queue last answered a claim ${Math.round(silentMs)} ms ago`;
  return { dependency: 'redis', code: 'NO_CLAIM', message };
}

function reasonOverdue(overdue: number, concurrency: number): HealthReason | undefined {
  if (overdue * 2 < concurrency) return undefined;
  const message = `${overdue} of ${concurrency} slots are held by handlers that do not obey their aborted signal`;
  return { dependency: 'worker', code: 'HANDLERS_OVERDUE', message };
}

async function reasonNotAnswering({ broker }: HealthParts): Promise<HealthReason | undefined> {
  const answer = broker.ping().then(
    () => undefined,
    (error: unknown): HealthReason => ({
      dependency: 'redis',
      code: isUnavailable(error) ? 'REDIS_UNAVAILABLE' : 'REDIS_REFUSES',
      message: `The consuming connection does not answer: ${String(error)}`,
    }),
  );
  const message = `The consuming connection did not answer within ${PING_LIMIT_MS} ms`;
  return within(PING_LIMIT_MS, answer, { dependency: 'redis', code: 'NO_ANSWER', message });
}
