import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '@nooble/models';
import { brokenJournals, undisturbedWakes, type Broken } from '../checks/kept-values.ts';
import { PLAN_TENANT, plan, SIGNAL } from '../load/durable-actions.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { Trial } from '../scenario/trial.ts';
import { until } from '../schedule/until.ts';
import type { Guarantee } from './guarantee.ts';
import type { Report } from './report.ts';

const LEASE_MS = 2_000;
const WORKERS = 2;
/** Plans in progress at once. */
const PLANS = 16;
/** Maximum time until a parked handler goes on (ms). */
const WAKES_MS = 5_000;
/** Maximum time for the plans that are in progress at the end (ms). */
const DRAIN_MS = 40_000;
const MIN = { plans: 6, killed: 2, parked: 1 };

export const computedOnce: Guarantee = {
  id: 'P12',
  text: 'The steps, calls and signals of a handler are resolved once, although its workers die, and a parked handler goes on within 5 s',
  async run(trial) {
    const group = await ProcessGroup.open(trial, LEASE_MS);
    try {
      for (let count = 0; count < WORKERS; count += 1)
        group.start('durable-worker', { concurrency: 8 });
      const open = await runPlans(group, trial);
      return judge(group, open);
    } finally {
      await group.close();
    }
  },
};

/** Sends plans and kills workers. Returns the number of plans that did not end. */
async function runPlans(group: ProcessGroup, trial: Trial): Promise<number> {
  const end = performance.now() + trial.seconds * 1_000;
  const open = new Set<string>();
  const isOver = (): boolean => trial.signal.aborted || performance.now() > end;
  const send = async (): Promise<void> => {
    do {
      const id = newId();
      open.add(id);
      if (await onePlan(group, trial, id)) open.delete(id);
    } while (!isOver());
  };
  const killing = killWorkers(group, trial, isOver);
  const sending = Promise.all(Array.from({ length: PLANS }, send));
  await Promise.race([sending, wait(trial.seconds * 1_000 + DRAIN_MS, undefined, { ref: false })]);
  await killing;
  return open.size;
}

/** Sends a plan and its signal, some of them before the plan waits for it. Returns true when the plan has ended. */
async function onePlan(group: ProcessGroup, trial: Trial, id: string): Promise<boolean> {
  const { queues, journal } = group;
  const result = queues.tenant(PLAN_TENANT).request(plan, null, {
    actionId: id,
    timeoutMs: trial.seconds * 1_000 + DRAIN_MS,
  });
  const ended = result.then(
    () => true,
    () => false,
  );
  const waits = (): true | undefined =>
    group.history().some((line) => line.event === 'waits' && line.id === id) || undefined;
  if (trial.random.below(4) > 0) await Promise.race([until(waits, DRAIN_MS), ended]);
  await wait(trial.random.below(1_000));
  await queues.signal({ domain: plan.domain, actionId: id }, SIGNAL, newId());
  journal.write({ event: 'signalled', id });
  return ended;
}

/** Kills a worker that has done something, until the time is over. The others end what is left. */
async function killWorkers(
  group: ProcessGroup,
  { random }: Trial,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    await wait(500 + random.below(1_000));
    const pids = new Set(group.history().map(({ pid }) => pid));
    const victim = group.of('durable-worker').find(({ pid }) => pids.has(pid));
    if (victim && !isOver()) await group.replace(victim);
  }
}

function judge(group: ProcessGroup, open: number): Report {
  const history = group.history();
  const count = (event: string): number => history.filter((line) => line.event === event).length;
  const broken = brokenJournals(history);
  const wakes = undisturbedWakes(history, SIGNAL);
  const slowest = Math.max(0, ...wakes.map(({ tookMs }) => tookMs));
  const [plans, killed, parked] = [count('signalled'), count('killed'), count('parked')];
  const isTested = plans >= MIN.plans && killed >= MIN.killed && parked >= MIN.parked;
  const of = (what: Broken['what']): number => broken.filter((each) => each.what === what).length;
  return {
    held: isTested && open === 0 && broken.length === 0 && slowest <= WAKES_MS,
    tried: `${plans} plans, ${count('computed')} values computed, ${killed} processes killed, ${parked} plans parked`,
    worst: `${of('computed again')} computed again, ${of('resolved twice')} resolved twice, ${open} plans not ended, slowest of ${wakes.length} undisturbed wakes ${slowest} ms`,
  };
}
