import { InvalidActionError } from '@nooble/errors';

let last = { ms: 0, text: '' };

/** This moment, ISO 8601 UTC; written once per millisecond. */
export function isoNow(): string {
  const ms = Date.now();
  if (ms !== last.ms) last = { ms, text: new Date(ms).toISOString() };
  return last.text;
}

/** A time as ISO 8601 UTC. Throws InvalidActionError for what is none. */
export function isoTime(given: string | Date): string {
  const time = new Date(given);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new InvalidActionError({ reason: `expires_at: "${String(given)}" is not a time` });
}
