import { createHash } from 'node:crypto';
import {
  checkOption,
  InvalidActionError,
  MAX_DURATION_MS,
  readOptions,
  rule,
} from '@nooble/errors';
import type { OptionRule, OptionsCheck } from '@nooble/errors';
import { timeOf } from '@nooble/models';

/** Options of an enqueue call, without its start time. */
export interface EnqueueTerms {
  /** Two actions of a tenant with the same key within 24 h are enqueued once; 1 to 256 bytes of well-formed text. */
  readonly idempotencyKey?: string;
  /**
   * Time after admission at which an action that has not started expires (ms, above 0), by the clock of Redis. Excludes
   * `expiresAt` of the action. @default never
   */
  readonly expiresInMs?: number;
  /** Amount of the tenant's share that the action uses, from 0.001 to 1,000,000. @default 1 */
  readonly cost?: number;
  /** Time for which `get` can still read the outcome after the action has ended (ms). @default 0 */
  readonly retainMs?: number;
}

/** Earliest start of an action. @default immediately */
export type RunTime =
  | {
      /** Minimum delay from now (ms). Excludes `runAt`. */
      readonly delayMs?: number;
      readonly runAt?: never;
    }
  | {
      /** Earliest start: a valid Date, or ISO 8601 text with a time zone. Excludes `delayMs`. */
      readonly runAt?: Date | string;
      readonly delayMs?: never;
    };

/** Options of an enqueue call. */
export type EnqueueOptions = EnqueueTerms & RunTime;

/** Validated and complete options, in the form that the script takes. */
export interface ResolvedEnqueueOptions {
  readonly onceHash: string;
  readonly runAtMs: number;
  readonly cost: number;
  /** 0 if it never expires. */
  readonly expiresInMs: number;
  readonly retainMs: number;
}

/** A lower cost would be lost in rounding when it is added to a start tag. */
const MIN_COST = 1e-3;
const MAX_COST = 1e6;

/** Ill-formed keys would collide: every lone surrogate has the same bytes in UTF-8. */
const IDEMPOTENCY_KEY: OptionRule = {
  isValid: (key) => typeof key === 'string' && key.isWellFormed() && hasKeyLength(key),
  expected: 'an idempotency key of 1 to 256 bytes of well-formed text',
};

/** 0 would mean that it never expires. */
const EXPIRY: OptionRule = {
  isValid: (ms) => rule.duration.isValid(ms) && ms !== 0,
  expected: `a number of ms above 0 and up to ${MAX_DURATION_MS}`,
};

const CHECK: OptionsCheck<EnqueueOptions> = {
  of: 'enqueue',
  rules: {
    idempotencyKey: IDEMPOTENCY_KEY,
    expiresInMs: EXPIRY,
    cost: rule.number(MIN_COST, MAX_COST),
    retainMs: rule.duration,
    delayMs: rule.duration,
    // Checked where it is converted.
    runAt: rule.anything,
  },
  refuse: (reason) => new InvalidActionError({ reason }),
};

const LIST: OptionRule = { isValid: (value) => Array.isArray(value), expected: 'an array' };

const NONE: ResolvedEnqueueOptions = Object.freeze({
  onceHash: '-',
  runAtMs: 0,
  cost: 1,
  expiresInMs: 0,
  retainMs: 0,
});

/** Checks and completes the options. Throws InvalidActionError with all wrong ones. */
export function resolveEnqueueOptions(options: EnqueueOptions | undefined): ResolvedEnqueueOptions {
  if (options === undefined) return NONE;
  const given = readOptions(options, CHECK);
  const { idempotencyKey, cost = 1, expiresInMs = 0, retainMs = 0 } = given;
  return {
    onceHash: idempotencyKey === undefined ? '-' : hashOf(idempotencyKey),
    runAtMs: runAtOf(given),
    cost,
    expiresInMs: Math.ceil(expiresInMs),
    retainMs: Math.ceil(retainMs),
  };
}

/** Throws RangeError unless there is a list of several, and InvalidActionError for an option that belongs to one action. */
export function assertForMany(name: string, several: unknown, options: object | undefined): void {
  checkOption(name, several, LIST);
  for (const option of ['idempotencyKey', 'actionId']) {
    if (options && Reflect.get(options, option) !== undefined) {
      refuse(`${option} is for one action, and cannot be given for several`);
    }
  }
}

/** Returns a Unix time (ms), or a negative delay, which Redis turns into a time by its own clock. */
function runAtOf({ delayMs, runAt }: EnqueueOptions): number {
  if (delayMs !== undefined && runAt !== undefined) refuse('delayMs and runAt exclude each other');
  if (delayMs !== undefined) return delayMs === 0 ? 0 : -Math.ceil(delayMs);
  if (runAt === undefined) return 0;
  return timeOf('runAt', runAt);
}

function hasKeyLength(key: string): boolean {
  const bytes = Buffer.byteLength(key);
  return bytes >= 1 && bytes <= 256;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function refuse(reason: string): never {
  throw new InvalidActionError({ reason });
}
