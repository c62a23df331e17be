import { setTimeout as wait } from 'node:timers/promises';
import { NUISANCES } from '../actors/nuisances.ts';
import { idled } from '../checks/idleness.ts';
import type { Line } from '../journal.ts';
import type { Trial } from '../promise.ts';
import { Scene } from '../scene.ts';
import { until } from '../until.ts';

const QUIET = 'quiet';
/** Nearly all of the time slots are free. */
const SLOTS = 16;
const RESTS = { quiet: 250, nuisance: 50 };
/** Of each nuisance, and of the tenant that must not notice; fewer would show nothing. */
const LEAST = 20;
/** Less than a worker pauses after a few calls in a row that failed (ms). */
const PROMPTLY_MS = 750;
const PATIENCE_MS = 30_000;
const LEASE_MS = 5_000;

/** What became of a tenant whose neighbours cannot be served. */
export interface Neighbours {
  readonly begun: number;
  /** Actions that waited although slots were free. */
  readonly idled: number;
  readonly untried?: string;
}

/** One worker, a tenant that sends a little, and beside it results, inboxes and entries that cannot be served. */
export async function tryNeighbours(trial: Trial): Promise<Neighbours> {
  const scene = await Scene.open(trial, LEASE_MS);
  try {
    const worker = scene.start('worker', { concurrency: SLOTS });
    scene.start('caller');
    await until(() => scene.isUp(worker) || undefined, PATIENCE_MS);
    scene.start('nuisance', { restMs: RESTS.nuisance });
    const isAnnoyed = (): boolean => untriedOf(scene.history()) === undefined;
    await until(() => isAnnoyed() || undefined, PATIENCE_MS);
    scene.start('producer', { shares: [{ tenant: QUIET }], restMs: RESTS.quiet, takes: 'instant' });
    await until(() => begunOf(scene.history(), QUIET) >= LEAST || undefined, PATIENCE_MS);
    await wait((trial.seconds * 1_000) / 4);
    return judge(scene.history());
  } finally {
    await scene.close();
  }
}

function judge(history: readonly Line[]): Neighbours {
  const begun = begunOf(history, QUIET);
  // The nuisances may wait, and their handlers return at once: none of them fills a slot.
  const late = idled(withoutNuisances(history), SLOTS, PROMPTLY_MS).length;
  const isShort = begun < LEAST;
  const untried = isShort ? `${LEAST} actions of a neighbour` : untriedOf(history);
  // Who is late was disturbed, however little it took.
  if (late > 0 || untried === undefined) return { begun, idled: late };
  return { begun, idled: late, untried };
}

function withoutNuisances(history: readonly Line[]): Line[] {
  const names: readonly string[] = Object.values(NUISANCES);
  const theirs = new Set(
    history.flatMap((line) =>
      'tenant' in line && 'id' in line && names.includes(line.tenant) ? [line.id] : [],
    ),
  );
  return history.filter((line) => !('id' in line && theirs.has(line.id)));
}

function untriedOf(history: readonly Line[]): string | undefined {
  const name = Object.values(NUISANCES).find((tenant) => {
    const sent = history.filter(
      (line) => (line.event === 'refused' || line.event === 'started') && line.tenant === tenant,
    );
    return sent.length < LEAST;
  });
  return name && `${LEAST} actions of ${name}`;
}

function begunOf(history: readonly Line[], tenant: string): number {
  return history.filter((line) => line.event === 'started' && line.tenant === tenant).length;
}
