import { InvalidActionError, quoted, rule } from '@nooble/errors';
import { Cron } from 'croner';

/** Times of a schedule: a cron expression in a time zone, or an interval. */
export type Timing =
  | { readonly cron: string; readonly timeZone: string }
  | { readonly everyMs: number };

/** The slots of a schedule (Unix ms). */
export interface SlotTimes {
  /** Returns the first slot after a time; undefined if there is none. */
  after(ms: number): number | undefined;
  /** Returns the last slot up to a time; undefined if there is none. */
  upTo(ms: number): number | undefined;
}

/** Five or six fields, or one of the usual names. Croner would also accept a year, or a single date: these end. */
const CRON =
  /^(?:[\dA-Za-z*/,?#+-]{1,64}(?: +[\dA-Za-z*/,?#+-]{1,64}){4,5}|@(?:yearly|annually|monthly|weekly|daily|midnight|hourly))$/;
const TIME_ZONE = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

export const EVERY_MS = rule.whole(1_000, 366 * 86_400_000);

/** Returns the slots of a timing. Throws InvalidActionError for one that is malformed, or never comes. */
export function slotTimesOf(timing: Timing): SlotTimes {
  return 'cron' in timing ? cronTimes(timing.cron, timing.timeZone) : intervalTimes(timing.everyMs);
}

/** Multiples of the interval since 1970, so that every process finds the same ones. */
function intervalTimes(everyMs: number): SlotTimes {
  const upTo = (ms: number): number => Math.floor(ms / everyMs) * everyMs;
  return { upTo, after: (ms) => upTo(ms) + everyMs };
}

/**
 * In the hour that a change of the clock skips, a slot at a fixed time comes at the end of the gap. In the hour that it
 * repeats, it comes once, the first time; a slot of every hour or minute comes in both.
 */
function cronTimes(cron: string, timeZone: string): SlotTimes {
  if (!CRON.test(cron)) throw refused(cron, 'is not a cron expression of five or six fields');
  if (!isTimeZone(timeZone)) {
    const reason = `timeZone ${quoted(timeZone)} is unknown: expected a name such as "Europe/Madrid"`;
    throw new InvalidActionError({ reason });
  }
  const times = parsed(cron, timeZone);
  return {
    after: (ms) => times.nextRun(new Date(ms))?.getTime(),
    upTo: (ms) => times.previousRuns(1, new Date(ms + 1))[0]?.getTime(),
  };
}

function parsed(cron: string, timezone: string): Cron {
  try {
    return new Cron(cron, { timezone, paused: true });
  } catch (cause) {
    throw refused(cron, 'is not a cron expression', cause);
  }
}

function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string' || !TIME_ZONE.test(name)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

function refused(cron: unknown, reason: string, cause?: unknown): InvalidActionError {
  return new InvalidActionError({ reason: `cron ${quoted(cron)} ${reason}`, cause });
}
