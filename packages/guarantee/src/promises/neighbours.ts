import { setTimeout as wait } from 'node:timers/promises';
import { NUISANCES } from '../actors/nuisances.ts';
import { idled } from '../checks/idleness.ts';
import type { Line } from '../journal.ts';
import type { Trial } from '../promise.ts';
import { Scene } from '../scene.ts';
import type { Shard } from '../target.ts';
import { until } from '../until.ts';
import { outlastShard, startAsking, type ShardAway } from './away-shard.ts';

/** With partitions each shard may hold some of a queue. */
const NO_EMPTY_SHARD = 'no shard taken away, because each of them holds keys of a queue';
const QUIET = 'quiet';
/** Nearly all of the time slots are free. */
const SLOTS = 16;
const RESTS = { quiet: 400, nuisance: 100 };
/** Of each nuisance, and of the tenant that must not notice; fewer would show nothing. */
const LEAST = 20;
/** Less than a worker pauses after a few calls in a row that failed (ms). */
const PROMPTLY_MS = 750;
const PATIENCE_MS = 30_000;
const LEASE_MS = 5_000;

/** What became of a tenant whose neighbours cannot be served. */
export interface Neighbours {
  readonly held: boolean;
  /** Figures, or what was not tried. */
  readonly said: string;
}

/**
 * One worker, a tenant that sends a little, and beside it results, inboxes and entries that cannot be served. On a
 * Cluster a shard that holds only inboxes goes away as well.
 */
export async function tryNeighbours(trial: Trial): Promise<Neighbours> {
  const scene = await Scene.open(trial, LEASE_MS);
  try {
    const worker = scene.start('worker', { concurrency: SLOTS });
    scene.start('caller');
    await until(() => scene.isUp(worker) || undefined, PATIENCE_MS);
    scene.start('producer', { shares: [{ tenant: QUIET }], restMs: RESTS.quiet, takes: 'instant' });
    await until(
      () => scene.history().some(({ event }) => event === 'told') || undefined,
      PATIENCE_MS,
    );
    // Each domain has its keys by now.
    const { emptyShard } = trial.target;
    const shard = await emptyShard?.();
    const seen = await annoy(scene, shard);
    await wait((trial.seconds * 1_000) / 4);
    const { held, said } = judge(scene.history(), seen);
    const isLeftOut = emptyShard !== undefined && shard === undefined;
    return { held, said: isLeftOut ? `${said}, ${NO_EMPTY_SHARD}` : said };
  } finally {
    await scene.close();
  }
}

/** Since when the tenant had all neighbours (Unix ms), and what became of calls into the shard. */
interface Annoyed {
  readonly since: number;
  readonly shard: ShardAway | undefined;
}

/** Until the tenant has done enough beside every nuisance, or has been disturbed. */
async function annoy(scene: Scene, shard: Shard | undefined): Promise<Annoyed> {
  const isLate = (): boolean => lateIn(scene.history()) > 0;
  scene.start('nuisance', { restMs: RESTS.nuisance });
  if (shard) await startAsking(scene, shard);
  await until(() => isLate() || untriedOf(scene.history()) === undefined || undefined, PATIENCE_MS);
  const since = Date.now();
  const away = shard && (await outlastShard(scene, shard, isLate));
  const isEnough = (): boolean => begunOf(scene.history(), since) >= LEAST;
  await until(() => isLate() || isEnough() || undefined, PATIENCE_MS);
  return { since, shard: away };
}

function judge(history: readonly Line[], { since, shard }: Annoyed): Neighbours {
  const late = lateIn(history);
  const begun = begunOf(history, since);
  const said = `${late} late of ${begun} actions of a neighbour${shard ? `, ${saidOf(shard)}` : ''}`;
  // Who is late was disturbed, however little it took.
  if (late > 0 || (shard && shard.late + shard.open > 0)) return { held: false, said };
  const untried = begun < LEAST ? `${LEAST} actions of a neighbour` : untriedOf(history);
  const missing = shard?.isTried === false ? 'calls into a shard that is away' : untried;
  return missing === undefined
    ? { held: true, said }
    : { held: false, said: `not tried: ${missing}` };
}

function saidOf({ answered, failed, open, late }: ShardAway): string {
  return `${answered} calls into a shard that was away answered after it, ${failed} failed and ${open} open, ${late} late beside it`;
}

/** The nuisances may wait, and their handlers return at once: none of them fills a slot. */
function lateIn(history: readonly Line[]): number {
  return idled(withoutNuisances(history), SLOTS, PROMPTLY_MS).length;
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

/** Actions of the quiet tenant that have begun since a moment (Unix ms). */
function begunOf(history: readonly Line[], since: number): number {
  return history.filter(
    (line) => line.event === 'started' && line.tenant === QUIET && line.at >= since,
  ).length;
}
