import { idled } from '../checks/idleness.ts';
import { keptTheirLead } from '../checks/sequence-order.ts';
import { check } from '../checks/checker.ts';
import type { Finding } from '../checks/finding.ts';
import { LONG_RUN_SECONDS } from '../faults/fault.ts';
import type { Line } from '../journal/journal.ts';
import { DomainQueueManager } from '@nooble/queue';
import { tiersWith, UNLIMITED } from '../load/program-options.ts';
import { work } from '../load/actions.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import { isUp } from '../scenario/recorded.ts';
import { runUnderFaults, type FaultRun } from '../scenario/run-under-faults.ts';
import type { Trial } from '../scenario/trial.ts';
import { until } from '../schedule/until.ts';
import { faultsThatKeepWrites } from '../target/target.ts';
import type { Guarantee } from './guarantee.ts';
import { reportOf } from './report.ts';

/** Minimum number of actions that ran again, because their worker was lost or they failed, with an action behind them. */
const MIN_KEPT = 8;
const LEASE_MS = 1_000;

/** A sequence with a backlog, and a light load of the same tenant beside it. */
const BLOCKED = 2_000;
const TENANT = 'tenant-0';
const SLOTS = 16;
const MIN_BESIDES = 24;
const TIMEOUT_MS = 30_000;

export const sequences: Guarantee = {
  id: 'P11',
  text: 'Of one sequence at most one action runs, in order of admission, retries included, and other work of the tenant is not delayed by it',
  async run(trial) {
    const { history, kills, freezes } = await disturb(trial);
    const kept = keptTheirLead(history);
    const broken = check(history);
    // Comes last, because it leaves a backlog.
    const { findings, begun } = broken.length > 0 ? NOT_RUN : await tryBesides(trial);
    const report = reportOf([...broken, ...findings], untestedOf(kept, begun));
    const worst = report.held ? '0 overtaken, 0 ran together, 0 lost, 0 late' : report.worst;
    return {
      tried: `${endedIn(history)} actions of sequences ended, ${kept} ran again before the next one, ${kills} processes killed, ${freezes} frozen; ${begun} actions beside ${BLOCKED} of one sequence`,
      ...report,
      worst,
    };
  },
};

/** Used when the promise is already broken. */
const NOT_RUN = { findings: [], begun: 0 };

async function disturb(trial: Trial): Promise<FaultRun> {
  const isLong = trial.seconds >= LONG_RUN_SECONDS;
  return runUnderFaults(trial, {
    leaseMs: LEASE_MS,
    kills: ['worker', 'worker', 'sequencer'],
    freezes: ['worker'],
    faults: isLong ? faultsThatKeepWrites(trial.target) : trial.target.faults,
    besides: [['sequencer', { faultyHandlers: true }]],
    isEnough: (lines) => keptTheirLead(lines) >= MIN_KEPT,
  });
}

/** Blocks many actions behind one, and sends others of the tenant to a worker with free slots. */
async function tryBesides(trial: Trial): Promise<{ findings: Finding[]; begun: number }> {
  const group = await ProcessGroup.open(trial, 5_000);
  try {
    await block(trial);
    const worker = group.start('worker', { concurrency: SLOTS });
    await until(() => isUp(group, worker) || undefined, TIMEOUT_MS);
    group.start('producer', { shares: [{ tenant: TENANT }], restMs: 800, takes: 'instant' });
    const besides = (): Line[] => withoutSequence(group.history());
    const isEnough = (): boolean =>
      startsIn(besides()) >= MIN_BESIDES || idled(besides(), SLOTS).length > 0;
    await until(() => isEnough() || undefined, TIMEOUT_MS);
    return { findings: idled(besides(), SLOTS), begun: startsIn(besides()) };
  } finally {
    await group.close();
  }
}

async function block({ target, prefix }: Trial): Promise<void> {
  const queues = new DomainQueueManager({ redis: target.url, prefix, tiers: tiersWith(UNLIMITED) });
  const data = { takesMs: 50, failures: 0, behaviour: 'normal' } as const;
  const fields = { tenantId: TENANT, tenantTier: 'free', sequence: 'long', data } as const;
  const actions = Array.from({ length: BLOCKED }, () => work.create(fields));
  try {
    for (const outcome of await queues.enqueueMany(actions)) {
      if (outcome.status === 'rejected') throw outcome.error;
    }
  } finally {
    await queues.close();
  }
}

/** The actions of the backlog were not recorded when they were sent. */
function withoutSequence(history: readonly Line[]): Line[] {
  const sent = new Set(history.flatMap((line) => (line.event === 'sent' ? [line.id] : [])));
  return history.filter((line) => !('id' in line) || sent.has(line.id));
}

function startsIn(lines: readonly Line[]): number {
  return lines.filter(({ event }) => event === 'started').length;
}

function endedIn(history: readonly Line[]): number {
  const inSequence = new Set(
    history.flatMap((line) =>
      line.event === 'sent' && line.sequence !== undefined ? [line.id] : [],
    ),
  );
  const isOver = (line: Line): boolean =>
    (line.event === 'settled' || line.event === 'dead') && inSequence.has(line.id);
  return history.filter(isOver).length;
}

function untestedOf(kept: number, begun: number): string | undefined {
  if (kept < MIN_KEPT)
    return `fewer than ${MIN_KEPT} actions ran again before the next one of their sequence`;
  return begun < MIN_BESIDES ? `fewer than ${MIN_BESIDES} actions beside a sequence` : undefined;
}
