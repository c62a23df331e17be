import { setTimeout as wait } from 'node:timers/promises';
import { idled } from '../checks/idleness.ts';
import { starved } from '../checks/starvation.ts';
import type { Line } from '../journal.ts';
import type { Trial } from '../promise.ts';
import { Scene } from '../scene.ts';
import { until } from '../until.ts';

/** One tenant sends as much as it can, two a little; there are fewer slots than it could fill. */
const FLOOD = { tenants: ['flooding'], restMs: 5 };
const TRICKLES = { tenants: ['quiet-1', 'quiet-2'], restMs: 150 };
const CROWD = { workers: 2, concurrency: 4 };
/**
 * So little that most slots of a single worker are free. An idle worker looks by itself every 5 s: the time has room
 * for that and for a wait that is too long, whenever it began.
 */
const CALM = { restMs: 1_000, takes: 'instant' } as const;
const CALM_MS = 8_000;
const SOLITUDE = { workers: 1, concurrency: 16 };
/** Of each tenant, and of a calm one; fewer would show nothing, and a slow machine gets more time for them (ms). */
const LEAST_BEGUN = 5;
const LEAST_CALM = 24;
const PATIENCE_MS = 30_000;

/** Real producers and workers, nothing disturbed; how many actions starved, of how many. */
export async function tryFlood(trial: Trial) {
  const orders = [FLOOD, TRICKLES];
  const tenants = orders.flatMap((each) => each.tenants);
  const history = await watch(trial, { orders, ...CROWD, least: LEAST_BEGUN });
  const begun = beganOf(history);
  return {
    begun: begun.length,
    starved: starved(history, CROWD.workers * CROWD.concurrency).length,
    isTried: tenants.every((tenant) => count(begun, tenant) >= LEAST_BEGUN),
  };
}

/** As `tryFlood`, with slots to spare; how many actions waited all the same. */
export async function tryCalm(trial: Trial) {
  const history = await watch(trial, {
    orders: [CALM],
    ...SOLITUDE,
    least: LEAST_CALM,
    leastMs: CALM_MS,
  });
  const begun = beganOf(history).length;
  return {
    begun,
    idled: idled(history, SOLITUDE.concurrency).length,
    isTried: begun >= LEAST_CALM,
  };
}

interface Sight {
  readonly orders: readonly {
    /** Absent for any. */
    readonly tenants?: readonly string[];
    readonly restMs: number;
    readonly takes?: 'instant';
  }[];
  readonly workers: number;
  readonly concurrency: number;
  /** Actions of each tenant that have to begin. */
  readonly least: number;
  /** From the first action accepted on. */
  readonly leastMs?: number;
}

async function watch(
  trial: Trial,
  { orders, workers, concurrency, least, leastMs = 0 }: Sight,
): Promise<readonly Line[]> {
  const scene = await Scene.open(trial, 5_000);
  try {
    for (let each = 0; each < workers; each += 1) scene.start('worker', { concurrency });
    scene.start('caller');
    await until(
      () => scene.of('worker').every((worker) => scene.isUp(worker)) || undefined,
      PATIENCE_MS,
    );
    for (const { tenants, ...each } of orders) {
      const shares = tenants?.map((tenant) => ({ tenant }));
      scene.start('producer', shares ? { ...each, shares } : each);
    }
    const names = orders.flatMap(({ tenants }): (string | undefined)[] =>
      tenants ? [...tenants] : [undefined],
    );
    const isEnough = (): boolean => {
      const begun = beganOf(scene.history());
      const first = scene.history().find(({ event }) => event === 'accepted');
      if (Date.now() - (first?.at ?? Infinity) < leastMs) return false;
      return names.every((tenant) => count(begun, tenant) >= least);
    };
    await until(() => isEnough() || undefined, PATIENCE_MS);
    await wait((trial.seconds * 1_000) / 3);
    return [...scene.history()];
  } finally {
    await scene.close();
  }
}

function beganOf(history: readonly Line[]) {
  return history.filter((line) => line.event === 'started');
}

/** Of a tenant, or of all. */
function count(begun: readonly Line[], tenant?: string): number {
  return begun.filter((line) => 'tenant' in line && line.tenant === (tenant ?? line.tenant)).length;
}
