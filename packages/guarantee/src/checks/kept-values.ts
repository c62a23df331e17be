import type { Line } from '../journal/journal.ts';

/** A violation of what a journal promises. */
export interface Broken {
  readonly what: 'computed again' | 'resolved twice';
  readonly id: string;
  readonly lines: readonly Line[];
}

/**
 * Finds values that were computed after a handler had received them, and names that resolved to two values. A value whose
 * process died before it was kept may be computed twice.
 */
export function brokenJournals(lines: readonly Line[]): Broken[] {
  const first = new Map<string, { readonly at: number; readonly value: string }>();
  const broken: Broken[] = [];
  const report = (what: Broken['what'], id: string): void => {
    broken.push({ what, id, lines: lines.filter((line) => 'id' in line && line.id === id) });
  };
  for (const line of lines) {
    if (line.event !== 'kept' && line.event !== 'computed') continue;
    const known = first.get(`${line.id} ${line.name}`);
    if (line.event === 'computed') {
      if (known && line.at > known.at) report('computed again', line.id);
    } else if (!known) first.set(`${line.id} ${line.name}`, line);
    else if (known.value !== line.value) report('resolved twice', line.id);
  }
  return broken;
}

/** A signal and the wait that it ended. */
export interface Wake {
  readonly id: string;
  /** Time from the signal, or from the beginning of the wait if that was later, until the handler received it (ms). */
  readonly tookMs: number;
}

/** Returns the waits that no death, fault or stall of a process has disturbed. */
export function undisturbedWakes(lines: readonly Line[], name: string): Wake[] {
  const troubles = lines.flatMap((line) => {
    const isTrouble = ['killed', 'fault', 'over', 'stall'].includes(line.event);
    return isTrouble ? [line.at] : [];
  });
  const begins = new Map<string, number>();
  const wakes: Wake[] = [];
  const over = new Set<string>();
  for (const line of lines) {
    if (line.event === 'waits' && !begins.has(line.id)) begins.set(line.id, line.at);
    if (line.event === 'signalled')
      begins.set(line.id, Math.max(line.at, begins.get(line.id) ?? 0));
    if (line.event !== 'kept' || line.name !== name || over.has(line.id)) continue;
    over.add(line.id);
    const since = begins.get(line.id) ?? line.at;
    // The process may have died shortly before its death was recorded.
    const isDisturbed = troubles.some((at) => at >= since && at <= line.at + 1_000);
    if (!isDisturbed) wakes.push({ id: line.id, tookMs: Math.max(0, line.at - since) });
  }
  return wakes;
}
