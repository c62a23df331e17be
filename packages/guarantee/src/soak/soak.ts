import { setTimeout as wait } from 'node:timers/promises';
import { RedisPool } from '@nooble/redis';
import { WORK_DOMAIN } from '../actions.ts';
import { check, type Finding } from '../checks/checker.ts';
import { unlessAborted } from '../interruption.ts';
import { lastingKeys, removeKeys } from '../leftovers.ts';
import { Scene, type Place } from '../scene.ts';
import { strike } from '../storm.ts';
import { faultsThatKeepWrites } from '../target.ts';
import { heapsOf, memoryUse, type MemoryUse } from './memory.ts';
import type { Sample } from './slope.ts';

/** What a long run is made of. */
export interface SoakOptions extends Place {
  readonly minutes: number;
  readonly onProgress: (progress: SoakProgress) => void;
}

export interface SoakProgress {
  readonly elapsedMs: number;
  readonly accepted: number;
  readonly killed: number;
  readonly faults: number;
  readonly redisBytes: number;
}

/** What came of it. */
export interface SoakResult {
  readonly findings: readonly Finding[];
  readonly memory: readonly MemoryUse[];
  /** Keys without a time to live, other than the state of a domain. */
  readonly leftKeys: readonly string[];
  readonly progress: SoakProgress;
}

const STANDSTILL_MS = 40_000;
const LEASE_MS = 2_000;
const SAMPLE_MS = 5_000;
/** One of each kind lives from beginning to end, so that its memory says something. */
const STORM = {
  leaseMs: LEASE_MS,
  kills: ['producer', 'worker', 'caller', 'asker'],
  freezes: ['producer', 'worker', 'caller'],
  spared: 1,
} as const;
const KINDS = ['producer', 'worker', 'caller', 'asker'] as const;
const ORDERS = { restMs: 250, measuresMemory: true };

/** Mixed load with all faults for a long time; then everything is finished and looked at. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { target, prefix, signal } = options;
  const scene = await Scene.open(options, LEASE_MS);
  const pool = new RedisPool({ url: target.url, name: 'nooble-soak' });
  try {
    return await unlessAborted(signal, goOn(scene, pool, options));
  } finally {
    await scene.close();
    if (!(signal.aborted && target.isOurs)) await removeKeys(target.url, prefix);
    await pool.close();
  }
}

async function goOn(scene: Scene, pool: RedisPool, options: SoakOptions): Promise<SoakResult> {
  const { target, prefix } = options;
  for (const kind of [...KINDS, ...KINDS]) scene.start(kind, ORDERS);
  scene.start('producer', { ...ORDERS, mischief: true });
  const redisMemory = await goThrough(scene, pool, options);
  const senders = [...scene.of('producer'), ...scene.of('asker')];
  await Promise.all(senders.map(async (sender) => scene.kill(sender)));
  await scene.drain(STANDSTILL_MS);
  await scene.queues.deadLetters(WORK_DOMAIN).discard({ all: true });
  const history = scene.history();
  const left = await lastingKeys(target.url, prefix);
  return {
    findings: check(history),
    memory: [memoryUse('Redis', redisMemory), ...heapsOf(history)],
    leftKeys: left.filter((key) => !/:(state|wake|partitions)$/.test(key)),
    progress: progressOf(scene, redisMemory, options.minutes * 60_000),
  };
}

/** Faults and kills until the time is over; answers what Redis used. */
async function goThrough(
  scene: Scene,
  pool: RedisPool,
  { minutes, random, target, onProgress }: SoakOptions,
): Promise<Sample[]> {
  const faults = faultsThatKeepWrites(target);
  const begun = performance.now();
  const samples: Sample[] = [];
  while (performance.now() - begun < minutes * 60_000) {
    await wait(SAMPLE_MS);
    await strike(scene, STORM, random);
    if (faults.length > 0) {
      const fault = random.pick(faults);
      await scene.suffer(fault.name, async () => fault.strike());
    }
    // What is kept for people to look at is not a leak.
    await scene.queues
      .deadLetters(WORK_DOMAIN)
      .discard({ all: true })
      .catch(() => undefined);
    const bytes = await usedMemory(pool);
    if (bytes !== undefined) samples.push({ at: Date.now(), bytes });
    onProgress(progressOf(scene, samples, performance.now() - begun));
  }
  return samples;
}

function progressOf(scene: Scene, samples: readonly Sample[], elapsedMs: number): SoakProgress {
  const counts = new Map<string, number>();
  for (const { event } of scene.history()) counts.set(event, (counts.get(event) ?? 0) + 1);
  return {
    elapsedMs,
    accepted: counts.get('accepted') ?? 0,
    killed: counts.get('killed') ?? 0,
    faults: counts.get('fault') ?? 0,
    redisBytes: samples.at(-1)?.bytes ?? 0,
  };
}

/** Of the server, bytes; of a Cluster, one of its nodes. Undefined while it is away. */
async function usedMemory(pool: RedisPool): Promise<number | undefined> {
  const info = await pool
    .command()
    .info('memory')
    .catch(() => '');
  const [, bytes] = /used_memory:(\d+)/.exec(info) ?? [];
  return bytes === undefined ? undefined : Number(bytes);
}
