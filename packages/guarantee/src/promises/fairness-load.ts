import { setTimeout as wait } from 'node:timers/promises';
import { idled } from '../checks/idleness.ts';
import { starved } from '../checks/starvation.ts';
import type { Line } from '../journal/journal.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { Trial } from '../scenario/trial.ts';
import { until } from '../schedule/until.ts';
import { isUp } from '../scenario/recorded.ts';

/** One tenant sends more than the slots can run, two send little. */
const FLOODING = { tenants: ['flooding'], restMs: 5 };
const QUIET = { tenants: ['quiet-1', 'quiet-2'], restMs: 150 };
const FEW_SLOTS = { workers: 2, concurrency: 4 };
/**
 * A load that leaves most slots of one worker free. An idle worker polls every 5 s: the run is long enough for a poll and
 * for a wait that is too long, whenever it starts.
 */
const LIGHT = { restMs: 1_000, takes: 'instant' } as const;
const LIGHT_MS = 8_000;
const MANY_SLOTS = { workers: 1, concurrency: 16 };
/** Minimum number of started actions of each tenant in the flood, and of all tenants of the light load. */
const MIN_FLOOD = 5;
const MIN_LIGHT = 24;
const TIMEOUT_MS = 30_000;

/** Runs a flood on few slots. Returns the number of started actions, and of those that starved. */
export async function tryFlood(trial: Trial) {
  const loads = [FLOODING, QUIET];
  const tenants = loads.flatMap((each) => each.tenants);
  const history = await runLoads(trial, { loads, ...FEW_SLOTS, min: MIN_FLOOD });
  const begun = beganOf(history);
  return {
    begun: begun.length,
    starved: starved(history, FEW_SLOTS.workers * FEW_SLOTS.concurrency).length,
    isTested: tenants.every((tenant) => count(begun, tenant) >= MIN_FLOOD),
  };
}

/** Runs a light load with free slots. Returns the number of started actions, and of those that waited. */
export async function tryFreeSlots(trial: Trial) {
  const history = await runLoads(trial, {
    loads: [LIGHT],
    ...MANY_SLOTS,
    min: MIN_LIGHT,
    minMs: LIGHT_MS,
  });
  const begun = beganOf(history).length;
  return {
    begun,
    idled: idled(history, MANY_SLOTS.concurrency).length,
    isTested: begun >= MIN_LIGHT,
  };
}

interface Loads {
  readonly loads: readonly {
    /** Absent: several tenants at random. */
    readonly tenants?: readonly string[];
    readonly restMs: number;
    readonly takes?: 'instant';
  }[];
  readonly workers: number;
  readonly concurrency: number;
  /** Minimum number of started actions per tenant. */
  readonly min: number;
  /** Minimum time since the first accepted action. */
  readonly minMs?: number;
}

/** Runs producers and workers without disturbances, and returns the history. */
async function runLoads(
  trial: Trial,
  { loads, workers, concurrency, min, minMs = 0 }: Loads,
): Promise<readonly Line[]> {
  const group = await ProcessGroup.open(trial, 5_000);
  try {
    for (let each = 0; each < workers; each += 1) group.start('worker', { concurrency });
    group.start('caller');
    await until(
      () => group.of('worker').every((worker) => isUp(group, worker)) || undefined,
      TIMEOUT_MS,
    );
    for (const { tenants, ...load } of loads) {
      const shares = tenants?.map((tenant) => ({ tenant }));
      group.start('producer', shares ? { ...load, shares } : load);
    }
    const names = loads.flatMap(({ tenants }): (string | undefined)[] =>
      tenants ? [...tenants] : [undefined],
    );
    const isEnough = (): boolean => {
      const begun = beganOf(group.history());
      const first = group.history().find(({ event }) => event === 'accepted');
      if (Date.now() - (first?.at ?? Infinity) < minMs) return false;
      return names.every((tenant) => count(begun, tenant) >= min);
    };
    await until(() => isEnough() || undefined, TIMEOUT_MS);
    await wait((trial.seconds * 1_000) / 3);
    return [...group.history()];
  } finally {
    await group.close();
  }
}

function beganOf(history: readonly Line[]) {
  return history.filter((line) => line.event === 'started');
}

/** Counts the starts of a tenant, or of all tenants. */
function count(begun: readonly Line[], tenant?: string): number {
  return begun.filter((line) => 'tenant' in line && line.tenant === (tenant ?? line.tenant)).length;
}
