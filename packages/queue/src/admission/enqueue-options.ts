import { createHash } from 'node:crypto';
import { InvalidActionError, quoted } from '@nooble/errors';
import { timeOf } from '@nooble/models';
import { isDuration, MAX_DURATION_MS } from '../timing/durations.ts';

/** How one action is enqueued, but for its time. */
export interface EnqueueTerms {
  /** The same key of the same tenant within 24 h enqueues once; 1 to 256 bytes of well-formed text. */
  readonly idempotencyKey?: string;
  /** Never starts later than that many ms from its admission, by the clock of Redis. Excludes `expiresAt` of the action. */
  readonly expiresInMs?: number;
  /** How much of its tenant's share it uses, from 0.001 to 1,000,000. @default 1 */
  readonly cost?: number;
  /** Keep how it ended for `get`, that long after the end. @default 0 */
  readonly retainMs?: number;
}

/** When an action may start; at once by default. */
export type RunTime =
  | {
      /** Not before that many ms from now. Excludes `runAt`. */
      readonly delayMs?: number;
      readonly runAt?: never;
    }
  | {
      /** Not before this time: a valid Date, or ISO 8601 text with a zone. Excludes `delayMs`. */
      readonly runAt?: Date | string;
      readonly delayMs?: never;
    };

/** How one action is enqueued. */
export type EnqueueOptions = EnqueueTerms & RunTime;

/** The options, checked, as the script takes them. */
export interface ResolvedEnqueueOptions {
  readonly onceHash: string;
  readonly runAtMs: number;
  readonly cost: number;
  /** 0 for never. */
  readonly expiresInMs: number;
  readonly retainMs: number;
}

/** Less would be lost when it is added to a start tag, and count for nothing. */
const MIN_COST = 1e-3;
const MAX_COST = 1e6;
const NONE: ResolvedEnqueueOptions = Object.freeze({
  onceHash: '-',
  runAtMs: 0,
  cost: 1,
  expiresInMs: 0,
  retainMs: 0,
});

/** Checks and completes the options. Throws InvalidActionError naming the wrong one. */
export function resolveEnqueueOptions(options: EnqueueOptions | undefined): ResolvedEnqueueOptions {
  if (!options) return NONE;
  const { idempotencyKey, cost = 1, expiresInMs = 0, retainMs = 0 } = options;
  if (!(typeof cost === 'number' && cost >= MIN_COST && cost <= MAX_COST)) {
    refuse(`cost ${quoted(cost)} is not a number from ${MIN_COST} to ${MAX_COST}`);
  }
  assertDuration('expiresInMs', expiresInMs);
  assertDuration('retainMs', retainMs);
  return {
    onceHash: idempotencyKey === undefined ? '-' : hashOf(idempotencyKey),
    runAtMs: runAtOf(options),
    cost,
    expiresInMs: Math.ceil(expiresInMs),
    retainMs: Math.ceil(retainMs),
  };
}

/** Throws InvalidActionError for an option that belongs to one action, given for several. */
export function assertForMany(options: object | undefined): void {
  for (const name of ['idempotencyKey', 'actionId']) {
    if (options && Reflect.get(options, name) !== undefined) {
      refuse(`${name} is for one action, and cannot be given for several`);
    }
  }
}

/** Negative for ms from now, which Redis turns into a time by its own clock. */
function runAtOf({ delayMs, runAt }: EnqueueOptions): number {
  if (delayMs !== undefined && runAt !== undefined) refuse('delayMs and runAt exclude each other');
  if (delayMs !== undefined) {
    assertDuration('delayMs', delayMs);
    return delayMs === 0 ? 0 : -Math.ceil(delayMs);
  }
  if (runAt === undefined) return 0;
  return timeOf('runAt', runAt);
}

/** Ill-formed keys would collide: every lone surrogate has the same bytes in UTF-8. */
function hashOf(key: unknown): string {
  if (typeof key !== 'string') return refuse(`its idempotency key is ${quoted(key)}, not text`);
  if (!key.isWellFormed()) refuse('its idempotency key is not well-formed Unicode text');
  const bytes = Buffer.byteLength(key);
  if (bytes < 1 || bytes > 256) refuse(`its idempotency key has ${bytes} bytes, not 1 to 256`);
  return createHash('sha256').update(key).digest('hex');
}

function assertDuration(name: string, ms: unknown): void {
  if (isDuration(ms)) return;
  refuse(`${name} ${quoted(ms)} is not a number of ms from 0 to ${MAX_DURATION_MS}`);
}

function refuse(reason: string): never {
  throw new InvalidActionError({ reason });
}
