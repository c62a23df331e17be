import { setTimeout as wait } from 'node:timers/promises';
import { ledgerOf, type Ledger } from '../checks/ledger.ts';
import { MIXED_DOMAINS } from '../load/mixed-actions.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import { unlessAborted } from '../schedule/interruption.ts';
import { removeKeys } from '../target/run-keys.ts';
import { killSome } from './kills.ts';
import { leftKeys, type KeysOptions, type LeftKey } from './left-keys.ts';
import { Progress, type EverythingProgress, type ProgressOptions } from './progress.ts';

/** Options of a trial of everything. */
export type EverythingOptions = KeysOptions & ProgressOptions;

/** Result of a trial of everything. */
export interface EverythingResult {
  readonly ledger: Ledger;
  /** Domains with actions or callbacks that did not end. */
  readonly unfinished: readonly string[];
  readonly leftKeys: readonly LeftKey[];
  readonly progress: EverythingProgress;
}

const LEASE_MS = 2_000;
const WORKERS = 3;
const CALLERS = 3;
/** Actions in flight per caller: few in a short trial, which would otherwise be over before anything was killed. */
const LANES = { per: 500, least: 2, most: 32 };
/** Maximum time without an end (ms): the time limit of an action, and some more. */
const STANDSTILL_MS = 180_000;
/** Maximum time until the domains are empty once every caller has its outcomes (ms). */
const DRAIN_MS = 60_000;
const POLL_MS = 50;

/** Sends requests and streams while callers, workers and Redis are killed, and looks for what is left of them. */
export async function runEverything(options: EverythingOptions): Promise<EverythingResult> {
  const { target, prefix, signal } = options;
  const group = await ProcessGroup.open(options, LEASE_MS);
  try {
    return await unlessAborted(signal, runAndLook(group, options));
  } finally {
    await group.close();
    if (!(signal.aborted && target.isManaged)) await removeKeys(target.url, prefix);
  }
}

async function runAndLook(
  group: ProcessGroup,
  options: EverythingOptions,
): Promise<EverythingResult> {
  const progress = new Progress(group, options);
  start(group, options.actions);
  await disturb(group, progress, options);
  progress.enter('draining');
  const unfinished = await drained(group, options.signal);
  const ledger = ledgerOf(group.history());
  const last = progress.current();
  progress.enter('keys');
  return { ledger, unfinished, leftKeys: await leftKeys(group, options), progress: last };
}

function start(group: ProcessGroup, actions: number): void {
  const lanes = Math.floor(actions / LANES.per);
  const concurrency = Math.min(LANES.most, Math.max(LANES.least, lanes));
  for (let number = 0; number < WORKERS; number += 1) group.start('mixed-worker');
  for (let number = 0; number < CALLERS; number += 1) {
    const count = Math.floor((actions + number) / CALLERS);
    group.start('mixed-caller', { concurrency, asks: { inbox: `caller-${number}`, count } });
  }
}

/** Kills processes and Redis, evenly spread over the actions, until every caller has its outcomes or nothing happens. */
async function disturb(
  group: ProcessGroup,
  progress: Progress,
  { actions, random, signal, target }: EverythingOptions,
): Promise<void> {
  const plan = killSome(actions, target.faults, random);
  let [ended, changedAt] = [0, performance.now()];
  while (group.of('mixed-caller').length > 0 && !signal.aborted) {
    const now = progress.current().ended;
    if (now > ended) [ended, changedAt] = [now, performance.now()];
    if (performance.now() - changedAt > STANDSTILL_MS) return;
    for (const { at, kill } of plan.splice(0, 1)) {
      if (at > ended || !(await kill(group))) plan.unshift({ at, kill });
    }
    await wait(POLL_MS);
  }
}

/** Waits until no domain has anything to do. Returns those that have. */
async function drained({ queues }: ProcessGroup, signal: AbortSignal): Promise<string[]> {
  const end = performance.now() + DRAIN_MS;
  for (;;) {
    const busy = await Promise.all(MIXED_DOMAINS.map(async (domain) => isBusy(queues, domain)));
    const left = MIXED_DOMAINS.filter((_domain, index) => busy[index]);
    if (left.length === 0 || performance.now() > end || signal.aborted) return left;
    await wait(POLL_MS);
  }
}

async function isBusy(queues: ProcessGroup['queues'], domain: string): Promise<boolean> {
  const stats = await queues.stats(domain).catch(() => undefined);
  if (!stats) return true;
  const { tiers, callbacksPending, suspects } = stats;
  const counts = Object.values(tiers).map((tier) => tier.waiting + tier.active + tier.delayed);
  return counts.some((count) => count > 0) || callbacksPending + suspects > 0;
}
