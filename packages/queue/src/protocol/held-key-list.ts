import { isoOf } from '@nooble/models';

/** A throttle key whose actions are put off. */
export interface ThrottleHold {
  readonly key: string;
  /** Time at which it is free (ISO 8601 UTC). */
  readonly until: string;
}

/** Returns the throttle keys that are held at a time (Unix ms), from their stored form: `<end ms> <key>`, up to 100 times. */
export function throttleHolds(stored: string, nowMs: number): ThrottleHold[] {
  const found = [...stored.matchAll(/(\d+) (\S+)/g)];
  return found.flatMap(([, end, key = '']) =>
    Number(end) > nowMs ? [{ key, until: isoOf(Number(end)) }] : [],
  );
}

/** Returns the holds of several partitions, each key with its latest end, in the order of their ends. */
export function joinedHolds(...lists: readonly (readonly ThrottleHold[])[]): ThrottleHold[] {
  const ends = new Map<string, string>();
  for (const { key, until } of lists.flat()) {
    if (until > (ends.get(key) ?? '')) ends.set(key, until);
  }
  const rows = [...ends].map(([key, until]) => ({ key, until }));
  return rows.sort((one, other) => one.until.localeCompare(other.until));
}
