import type { QueueBroker } from '@nooble/queue';
import type { Clock } from './clock.ts';
import type { Consumer } from './consumer.ts';
import type { Running } from './running.ts';
import { HEARTBEAT_MS } from './heartbeat.ts';
import { within } from './within.ts';

/** How long the consuming connection may take to answer a ping, ms. */
const PING_LIMIT_MS = 1_000;
/** How long the queue may go without an answer, ms: three missed claims. */
const SILENCE_LIMIT_MS = 3 * HEARTBEAT_MS;

/** Whether a worker does its job, and if not, why. */
export interface WorkerHealth {
  readonly status: 'ok' | 'red';
  /** Whether the worker was started and the consuming connection answers. */
  readonly consuming: boolean;
  /** One sentence each; empty when the status is `ok`. */
  readonly reasons: readonly string[];
  /** Slots in use, the overdue ones included. */
  readonly running: number;
  /** Slots held by handlers that outlived their timeout and its grace, or their lease. */
  readonly overdue: number;
  readonly concurrency: number;
  /** How far the domain's clock is ahead of that of Redis, which was set back, ms; usually 0. */
  readonly clockLeadMs: number;
  /** Ms since the queue last answered a claim; absent before the first. */
  readonly lastClaimMs?: number;
}

/** What health is read from. */
export interface HealthParts {
  readonly broker: QueueBroker;
  readonly consumer: Consumer;
  readonly running: Running;
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
    state === 'started' ? connection : `The worker is ${state === 'new' ? 'not started' : state}`,
    reasonSilent(silence.lastClaimMs),
    overdue * 2 >= concurrency
      ? `${overdue} of ${concurrency} slots are held by handlers that do not obey their aborted signal`
      : undefined,
  ].filter((reason) => reason !== undefined);
  const status = reasons.length === 0 ? 'ok' : 'red';
  const consuming = state === 'started' && connection === undefined && lastAnswerMs !== undefined;
  const slots = { running: slotsHeld, overdue, concurrency };
  return { status, consuming, reasons, ...slots, clockLeadMs, ...silence };
}

function reasonSilent(silentMs: number | undefined): string | undefined {
  if (silentMs === undefined) return 'The queue has not answered a claim yet';
  if (silentMs <= SILENCE_LIMIT_MS) return undefined;
  return `The queue last answered a claim ${Math.round(silentMs)} ms ago`;
}

async function reasonNotAnswering({ broker }: HealthParts): Promise<string | undefined> {
  const answer = broker.ping().then(
    () => undefined,
    (error: unknown) => `The consuming connection does not answer: ${String(error)}`,
  );
  const late = `The consuming connection did not answer within ${PING_LIMIT_MS} ms`;
  return within(PING_LIMIT_MS, answer, late);
}
