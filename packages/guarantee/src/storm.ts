import { setTimeout as wait } from 'node:timers/promises';
import { isBroken } from './checks/checker.ts';
import type { ActorName } from './actor-process.ts';
import { LONG_RUN_SECONDS, type Fault } from './faults/fault.ts';
import type { Line } from './journal.ts';
import type { Trial } from './promise.ts';
import { shuffled, type Random } from './random.ts';
import { Scene } from './scene.ts';

/** After the faults nothing may stand still for so long (ms), on top of what the slowest of them allows. */
const STANDSTILL_MS = 10_000;

/**
 * So much that workers keep up although they are killed. In a short run as much is in their hands at any moment as in a
 * long one, but for longer.
 */
const LOADS = {
  long: { restMs: 80, takes: 'mixed' },
  short: { restMs: 240, takes: 'long' },
} as const;

/** Fewer strikes would try too little; a slow machine gets more time for them (ms). */
const LEAST_STRIKES = 6;
const PATIENCE_MS = 30_000;

/** Who is on the scene, with what orders. */
const CAST = [
  ['producer', { mischief: true }],
  ['producer', {}],
  ['worker', {}],
  ['worker', {}],
  ['worker', { diesAfter: 60 }],
  ['caller', {}],
  ['asker', {}],
] as const;

/** Where processes are not to be killed, they do not kill themselves either. */
const KINDNESS = { mischief: false, diesAfter: 0 };

/** What a storm does to whom. */
export interface Storm {
  readonly leaseMs: number;
  /** Whose processes are killed. */
  readonly kills: readonly ActorName[];
  /** Whose processes are frozen past the lease and go on. */
  readonly freezes: readonly ActorName[];
  /** How many of each kind live through it. */
  readonly spared?: number;
  /** What happens to Redis and on the way there, each at least once. */
  readonly faults: readonly Fault[];
  /** Whether the storm has done by now what it is for; else it goes on for a while. */
  readonly isEnough?: (history: readonly Line[]) => boolean;
}

/** What happened in a storm. */
export interface Aftermath {
  readonly history: readonly Line[];
  readonly kills: number;
  readonly freezes: number;
  readonly faults: number;
}

/** Producers, workers and callers at work while faults strike; then everything left is finished. */
export async function weather(trial: Trial, storm: Storm): Promise<Aftermath> {
  const scene = await Scene.open(trial, storm.leaseMs);
  try {
    const isKind = storm.kills.length === 0;
    const load = LOADS[trial.seconds >= LONG_RUN_SECONDS ? 'long' : 'short'];
    for (const [name, orders] of CAST) {
      scene.start(name, { ...(name === 'producer' && load), ...orders, ...(isKind && KINDNESS) });
    }
    const faults = await rage(scene, storm, trial);
    const senders = [...scene.of('producer'), ...scene.of('asker')];
    await Promise.all(senders.map(async (sender) => scene.kill(sender)));
    const slowest = Math.max(0, ...storm.faults.map(({ limitMs }) => limitMs));
    if (!isBroken(scene.history())) await scene.drain(STANDSTILL_MS + slowest);
    const history = scene.history();
    const count = (event: string): number => history.filter((line) => line.event === event).length;
    return { history, kills: count('killed'), freezes: count('stopped'), faults };
  } finally {
    await scene.close();
  }
}

/** Strikes until the time is over and everything was tried, or something broke; returns how many faults of Redis there were. */
async function rage(scene: Scene, storm: Storm, { random, seconds }: Trial): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  const untried = shuffled(storm.faults, random);
  let faults = 0;
  let strikes = 0;
  const isEnough = (): boolean =>
    strikes >= LEAST_STRIKES && (storm.isEnough?.(scene.history()) ?? true);
  const goesOn = (): boolean => {
    const now = performance.now();
    return now < end || untried.length > 0 || (now < end + PATIENCE_MS && !isEnough());
  };
  while (goesOn() && !isBroken(scene.history())) {
    await wait(200 + random.below(400));
    if (await strike(scene, storm, random)) strikes += 1;
    const fault =
      untried.pop() ?? (storm.faults.length > 0 ? random.pick(storm.faults) : undefined);
    if (!fault) continue;
    // Whoever was frozen has some time, or none, before the next blow.
    await wait(random.below(200));
    await scene.suffer(fault.name, async () => fault.strike());
    faults += 1;
  }
  return faults;
}

/** Kills or freezes one that is at work, and never the first `spared` of a kind; answers whether there was one. */
export async function strike(
  scene: Scene,
  { kills, freezes, leaseMs, spared = 0 }: Omit<Storm, 'faults'>,
  random: Random,
): Promise<boolean> {
  const ways = [
    ...kills.map((name) => [name, true] as const),
    ...freezes.map((name) => [name, false] as const),
  ];
  const [name, isKill] = random.pick(ways);
  // As many numbers whether there is a victim or not, so that a seed repeats what comes after.
  const [which, extraMs] = [random.next(), random.below(leaseMs)];
  const victims = scene.busy(name).slice(spared);
  const victim = victims[Math.floor(which * victims.length)];
  if (!victim) return false;
  if (isKill) {
    await scene.replace(victim);
    return true;
  }
  scene.journal.write({ event: 'stopped', victim: victim.pid });
  victim.freeze();
  // Long enough to lose the lease, and at times so short that its successor has barely begun.
  await wait(1.25 * leaseMs + extraMs);
  victim.thaw();
  scene.journal.write({ event: 'continued', victim: victim.pid });
  return true;
}
