import { setTimeout as wait } from 'node:timers/promises';
import { LONG_RUN_SECONDS } from '../faults/fault.ts';
import type { Line } from '../journal/journal.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { Trial } from '../scenario/trial.ts';
import type { Random } from '../schedule/random.ts';
import { until } from '../schedule/until.ts';
import { faultsThatKeepWrites } from '../target/target.ts';
import type { Guarantee } from './guarantee.ts';
import type { Report } from './report.ts';

const LEASE_MS = 1_000;
const SPEAKERS = 3;
const LISTENERS = 3;
/** Streams that a process reads at once. */
const CONCURRENCY = 4;
/** Maximum time for the streams that are being read at the end (ms): that of one attempt, its lease and a few retries. */
const DRAIN_MS = 25_000;
/** Errors that a reader must not get: it follows streams that exist, and keeps up with them. */
const LOST = ['TIMEOUT', 'STREAM_GAP', 'UNKNOWN_STREAM'];
const MIN = { read: 10, restarts: 2, resumed: 3, killed: 3 };

export const streaming: Guarantee = {
  id: 'P10',
  text: 'A stream has no gap, no repetition and no mixture of attempts for its readers, from any position on, in any process',
  async run(trial) {
    const group = await ProcessGroup.open(trial, LEASE_MS);
    try {
      const options = { concurrency: CONCURRENCY };
      for (let count = 0; count < SPEAKERS; count += 1) group.start('speaker', options);
      for (let count = 0; count < LISTENERS; count += 1) group.start('listener', options);
      await disturb(group, trial);
      return judge(group.history(), await stuck(group));
    } finally {
      await group.close();
    }
  },
};

/** Kills readers and workers, freezes workers past their leases, and injects faults of Redis. */
async function disturb(group: ProcessGroup, trial: Trial): Promise<void> {
  const { random, seconds, signal, target } = trial;
  const end = performance.now() + seconds * 1_000;
  const faults = seconds >= LONG_RUN_SECONDS ? faultsThatKeepWrites(target) : [];
  const isOver = (): boolean => {
    const isLate = performance.now() > end + DRAIN_MS;
    return signal.aborted || isLate || (performance.now() > end && isEnough(group.history()));
  };
  for (let round = 0; !isOver(); round += 1) {
    await wait(200 + random.below(600));
    const name = random.pick(['speaker', 'speaker', 'listener'] as const);
    const pids = new Set(group.history().map(({ pid }) => pid));
    const victim = group.of(name).find(({ pid }) => pids.has(pid));
    if (round % 8 === 7 && faults.length > 0) await group.inject(random.pick(faults));
    else if (victim && name === 'speaker' && round % 2 === 1) await freeze(group, victim, random);
    else if (victim) await group.replace(victim);
  }
}

async function freeze(
  group: ProcessGroup,
  victim: ReturnType<ProcessGroup['of']>[number],
  random: Random,
): Promise<void> {
  group.journal.write({ event: 'stopped', victim: victim.pid });
  victim.freeze();
  // The next holder of its leases is still emitting.
  await wait(1.5 * LEASE_MS + random.below(LEASE_MS));
  victim.thaw();
  group.journal.write({ event: 'continued', victim: victim.pid });
}

/** Returns the number of streams that living readers had begun and did not end. */
async function stuck(group: ProcessGroup): Promise<number> {
  const cutoff = Date.now();
  const open = (): number => {
    const living = new Set(group.of('listener').map(({ pid }) => pid));
    const begun = new Map<string, number>();
    for (const line of group.history()) {
      if (!living.has(line.pid) || !('id' in line)) continue;
      const key = `${line.pid} ${line.id}`;
      if ((line.event === 'requested' || line.event === 'followed') && line.at < cutoff)
        begun.set(key, (begun.get(key) ?? 0) + 1);
      if (line.event === 'read' || line.event === 'unread' || line.event === 'spoiled')
        begun.set(key, Math.max(0, (begun.get(key) ?? 0) - 1));
    }
    return [...begun.values()].reduce((sum, each) => sum + each, 0);
  };
  await until(() => open() === 0 || undefined, DRAIN_MS);
  return open();
}

function isEnough(history: readonly Line[]): boolean {
  const { read, restarts, resumed, killed } = countsOf(history);
  return (
    read >= MIN.read && restarts >= MIN.restarts && resumed >= MIN.resumed && killed >= MIN.killed
  );
}

function countsOf(history: readonly Line[]) {
  const of = <Event extends Line['event']>(event: Event) =>
    history.filter((line): line is Extract<Line, { event: Event }> => line.event === event);
  const read = of('read');
  return {
    read: read.length,
    chunks: read.reduce((sum, { count }) => sum + count, 0),
    restarts: read.reduce((sum, { restarts }) => sum + restarts, 0),
    resumed: of('followed').length,
    killed: of('killed').length,
    frozen: of('stopped').length,
    spoiled: of('spoiled'),
    unread: of('unread'),
  };
}

function judge(history: readonly Line[], open: number): Report {
  const { read, chunks, restarts, resumed, killed, frozen, spoiled, unread } = countsOf(history);
  const of = (wrong: string): number => spoiled.filter(({ what }) => what === wrong).length;
  const late = unread.filter(({ code }) => LOST.includes(code)).length;
  return {
    held: isEnough(history) && spoiled.length === 0 && open + late === 0,
    tried: `${read} streams with ${chunks} chunks and ${restarts} restarts read, ${resumed} of them followed by other processes, ${killed} processes killed, ${frozen} workers frozen, ${unread.length} streams ended with a typed error${codesOf(unread)}`,
    worst: `${of('gap')} gaps, ${of('repetition')} repetitions, ${of('mixture')} mixtures, ${of('end')} wrong ends, ${open + late} lost or not ended`,
  };
}

/** Returns ` (CODE 2, OTHER 1)`. */
function codesOf(unread: readonly { readonly code: string }[]): string {
  const counts = new Map<string, number>();
  for (const { code } of unread) counts.set(code, (counts.get(code) ?? 0) + 1);
  const parts = [...counts].map(([code, count]) => `${code} ${count}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
