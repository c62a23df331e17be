import { setTimeout as wait } from 'node:timers/promises';
import { isBroken } from '../checks/checker.ts';
import { LONG_RUN_SECONDS, type Fault } from '../faults/fault.ts';
import type { Line } from '../journal/journal.ts';
import { shuffled } from '../schedule/random.ts';
import { killOrFreeze, type Disturbance } from './kill-or-freeze.ts';
import { ProcessGroup } from './process-group.ts';
import type { ProgramName } from './program-process.ts';
import type { ProgramOptions } from '../load/program-options.ts';
import type { Trial } from './trial.ts';

/** Maximum time without a recorded line after the faults (ms), plus the time limit of the slowest fault. */
const STANDSTILL_MS = 10_000;

/**
 * Load that workers sustain although they are killed. A short run has as many actions in progress at any moment as a long
 * one, but each takes longer.
 */
const LOADS = {
  long: { restMs: 80, takes: 'mixed' },
  short: { restMs: 240, takes: 'long' },
} as const;

/** Minimum number of disturbed processes, and the extra time that a slow machine gets for them (ms). */
const MIN_DISTURBED = 6;
const EXTRA_MS = 30_000;

/** A process and its options. */
type Start = readonly [ProgramName, Partial<ProgramOptions>];

const PROCESSES: readonly Start[] = [
  ['producer', { faultyHandlers: true }],
  ['producer', {}],
  ['worker', {}],
  ['worker', {}],
  ['worker', { diesAfter: 60 }],
  ['caller', {}],
  ['requester', {}],
];

/** Options in a plan without kills: handlers do not block the event loop, and workers do not kill themselves. */
const WITHOUT_KILLS = { faultyHandlers: false, diesAfter: 0 };

/** Disturbances and faults of a run. */
export interface FaultPlan extends Disturbance {
  /** Faults of Redis and of the connections to it; each is injected at least once. */
  readonly faults: readonly Fault[];
  /** Processes in addition to the usual ones. */
  readonly besides?: readonly Start[];
  /** Returns true once the run has tested enough; until then it continues for up to 30 s more. */
  readonly isEnough?: (history: readonly Line[]) => boolean;
}

/** Record of a run under faults. */
export interface FaultRun {
  readonly history: readonly Line[];
  readonly kills: number;
  readonly freezes: number;
  readonly faults: number;
}

/** Runs producers, workers, callers and requesters under faults, then lets the workers drain the queues. */
export async function runUnderFaults(trial: Trial, plan: FaultPlan): Promise<FaultRun> {
  const group = await ProcessGroup.open(trial, plan.leaseMs);
  try {
    const killsNone = plan.kills.length === 0;
    const load = LOADS[trial.seconds >= LONG_RUN_SECONDS ? 'long' : 'short'];
    for (const [name, options] of [...PROCESSES, ...(plan.besides ?? [])]) {
      const producerLoad = (name === 'producer' || name === 'sequencer') && load;
      group.start(name, { ...producerLoad, ...options, ...(killsNone && WITHOUT_KILLS) });
    }
    const faults = await disturb(group, plan, trial);
    await group.killSenders();
    const slowest = Math.max(0, ...plan.faults.map(({ limitMs }) => limitMs));
    if (!isBroken(group.history())) await group.drain(STANDSTILL_MS + slowest);
    const history = group.history();
    const count = (event: string): number => history.filter((line) => line.event === event).length;
    return { history, kills: count('killed'), freezes: count('stopped'), faults };
  } finally {
    await group.close();
  }
}

/** Disturbs processes and injects faults until the time is over and each was injected, or a check fails. Returns the number of faults. */
async function disturb(
  group: ProcessGroup,
  plan: FaultPlan,
  { random, seconds }: Trial,
): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  const untested = shuffled(plan.faults, random);
  let faults = 0;
  let disturbed = 0;
  const isEnough = (): boolean =>
    disturbed >= MIN_DISTURBED && (plan.isEnough?.(group.history()) ?? true);
  const continues = (): boolean => {
    const now = performance.now();
    return now < end || untested.length > 0 || (now < end + EXTRA_MS && !isEnough());
  };
  while (continues() && !isBroken(group.history())) {
    await wait(200 + random.below(400));
    if (await killOrFreeze(group, plan, random)) disturbed += 1;
    const fault = untested.pop() ?? (plan.faults.length > 0 ? random.pick(plan.faults) : undefined);
    if (!fault) continue;
    // A process that was frozen has some time, or none, before the fault.
    await wait(random.below(200));
    await group.inject(fault);
    faults += 1;
  }
  return faults;
}
