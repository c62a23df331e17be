import { setTimeout as wait } from 'node:timers/promises';
import { LONG_RUN_SECONDS, USUAL_LIMIT_MS, type Fault } from '../faults/fault.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { ProgramProcess } from '../scenario/program-process.ts';
import type { Trial } from '../scenario/trial.ts';
import { until } from '../schedule/until.ts';
import type { Guarantee } from './guarantee.ts';
import { tryNeighbours } from './neighbours.ts';
import { beganAfter, isUp } from '../scenario/recorded.ts';

/** Low rate, so that the measured time does not include draining a backlog. */
const LIGHT_LOAD = { restMs: 200 };

export const recovery: Guarantee = {
  id: 'P6',
  text: 'A worker recovers from every fault by itself, and its health is red until then; actions that cannot be served block no others',
  async run(trial) {
    const neighbours = await tryNeighbours(trial);
    const group = await ProcessGroup.open(trial, 1_000);
    try {
      const worker = group.start('worker');
      group.start('caller');
      group.start('producer', LIGHT_LOAD);
      await beganAfter(group, { worker, since: 0, timeoutMs: USUAL_LIMIT_MS });
      const times: string[] = [];
      let { held } = neighbours;
      for (const fault of faultsFor(trial, worker)) {
        if (!held) break;
        const { recoveredMs, wasRed } = await injectInto(group, worker, fault);
        held &&= recoveredMs !== undefined && (wasRed || fault.turnsRed !== true);
        const time = recoveredMs === undefined ? 'never' : `${recoveredMs} ms`;
        times.push(`${fault.name}: ${time}${wasRed ? ', red' : ''}`);
      }
      times.push(neighbours.summary);
      const tried = `${times.length - 1} faults, and neighbours with results, inboxes and directory entries that cannot be used`;
      return { held, tried, worst: times.join(', ') };
    } finally {
      await group.close();
    }
  },
};

/** Injects a fault. Returns the time until the worker starts an action after it (ms), and whether its health was red meanwhile. */
async function injectInto(group: ProcessGroup, worker: ProgramProcess, fault: Fault) {
  // A worker that is still red after the previous fault would hide a missing reaction to this one.
  await until(() => isUp(group, worker) || undefined, fault.limitMs);
  const begun = Date.now();
  await fault.inject();
  const over = Date.now();
  const recoveredMs = await beganAfter(group, { worker, since: over, timeoutMs: fault.limitMs });
  const end = over + (recoveredMs ?? fault.limitMs);
  const wasRed = group
    .history()
    .some(
      (line) =>
        line.event === 'health' && line.status === 'red' && line.at >= begun && line.at <= end,
    );
  return { recoveredMs, wasRed };
}

/** Faults that must turn the health red come first, so that a worker which never reports red is found early. */
function faultsFor({ target, seconds }: Trial, worker: ProgramProcess): Fault[] {
  const isLong = seconds >= LONG_RUN_SECONDS;
  const frozen = isLong
    ? [frozenFor(worker, 3_000), frozenFor(worker, 15_000)]
    : [frozenFor(worker, 3_000)];
  const all = [...frozen, ...target.faults, ...(isLong ? target.lastingFaults : [])];
  return [
    ...all.filter(({ turnsRed }) => turnsRed === true),
    ...all.filter(({ turnsRed }) => turnsRed !== true),
  ];
}

function frozenFor(worker: ProgramProcess, ms: number): Fault {
  return {
    name: `worker frozen for ${ms / 1_000} s`,
    limitMs: USUAL_LIMIT_MS,
    async inject() {
      worker.freeze();
      await wait(ms);
      worker.thaw();
    },
  };
}
