import type { Line } from '../journal/journal.ts';
import { until } from '../schedule/until.ts';
import type { ProcessGroup } from './process-group.ts';
import type { ProgramName, ProgramProcess } from './program-process.ts';

/** Returns true if the last recorded health of a worker is ok. */
export function isUp(group: ProcessGroup, { pid }: ProgramProcess): boolean {
  const last = group.history().findLast((line) => line.event === 'health' && line.pid === pid);
  return last?.event === 'health' && last.status === 'ok';
}

/** Returns the processes of a program that have recorded something; of workers, those that hold an action. */
export function busyIn(group: ProcessGroup, name: ProgramName): ProgramProcess[] {
  const history = group.history();
  const over = new Set(history.flatMap((line) => (line.event === 'settled' ? [line.id] : [])));
  const isAtWork = (line: Line): boolean =>
    name !== 'worker' || (line.event === 'started' && !over.has(line.id));
  const pids = new Set(history.filter(isAtWork).map(({ pid }) => pid));
  return group.of(name).filter(({ pid }) => pids.has(pid));
}

/** A worker that has to start an action that was sent after `since` (Unix ms), within `timeoutMs`. */
export interface ExpectedStart {
  readonly worker: ProgramProcess;
  readonly since: number;
  readonly timeoutMs: number;
}

/** Waits for the start. Returns the time from `since` until then (ms), undefined on timeout. */
export async function beganAfter(
  group: ProcessGroup,
  { worker, since, timeoutMs }: ExpectedStart,
): Promise<number | undefined> {
  return until(() => {
    const recent = group.history().filter(({ at }) => at >= since);
    const sent = new Set(recent.flatMap((line) => (line.event === 'sent' ? [line.id] : [])));
    const start = recent.find(
      (line) => line.event === 'started' && line.pid === worker.pid && sent.has(line.id),
    );
    return start && start.at - since;
  }, timeoutMs);
}
