import { setTimeout as wait } from 'node:timers/promises';
import { RedisPool } from '@nooble/redis';
import { check } from '../checks/checker.ts';
import type { Finding } from '../checks/finding.ts';
import { WORK_DOMAIN } from '../load/actions.ts';
import { killOrFreeze } from '../scenario/kill-or-freeze.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { Environment } from '../scenario/trial.ts';
import { unlessAborted } from '../schedule/interruption.ts';
import { lastingKeys, removeKeys } from '../target/run-keys.ts';
import { faultsThatKeepWrites } from '../target/target.ts';
import { heapsOf, memoryUse, type MemoryUse } from './memory.ts';
import type { Sample } from './slope.ts';

interface SoakOptions extends Environment {
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

export interface SoakResult {
  readonly findings: readonly Finding[];
  readonly memory: readonly MemoryUse[];
  /** Keys without a time to live, except the state of a domain. */
  readonly leftKeys: readonly string[];
  readonly progress: SoakProgress;
}

const STANDSTILL_MS = 40_000;
const LEASE_MS = 2_000;
const SAMPLE_MS = 5_000;
/** One process of each program lives throughout, so that its memory shows a trend. */
const DISTURBANCE = {
  leaseMs: LEASE_MS,
  kills: ['producer', 'worker', 'caller', 'requester'],
  freezes: ['producer', 'worker', 'caller'],
  spared: 1,
} as const;
const PROGRAMS = ['producer', 'worker', 'caller', 'requester'] as const;
const OPTIONS = { restMs: 250, recordsMemory: true };

/** Runs a mixed load with all faults, drains the queues, and checks the history, memory and keys. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { target, prefix, signal } = options;
  const group = await ProcessGroup.open(options, LEASE_MS);
  const pool = new RedisPool({ url: target.url, name: 'nooble-soak' });
  try {
    return await unlessAborted(signal, runAndCheck(group, pool, options));
  } finally {
    await group.close();
    if (!(signal.aborted && target.isManaged)) await removeKeys(target.url, prefix);
    await pool.close();
  }
}

async function runAndCheck(
  group: ProcessGroup,
  pool: RedisPool,
  options: SoakOptions,
): Promise<SoakResult> {
  const { target, prefix } = options;
  for (const name of [...PROGRAMS, ...PROGRAMS]) group.start(name, OPTIONS);
  group.start('producer', { ...OPTIONS, faultyHandlers: true });
  const redisMemory = await disturb(group, pool, options);
  await group.killSenders();
  await group.drain(STANDSTILL_MS);
  await group.queues.deadLetters(WORK_DOMAIN).discard({ all: true });
  const history = group.history();
  const left = await lastingKeys(target.url, prefix);
  return {
    findings: check(history),
    memory: [memoryUse('Redis', redisMemory), ...heapsOf(history)],
    leftKeys: left.filter((key) => !/:(state|wake|partitions)$/.test(key)),
    progress: progressOf(group, redisMemory, options.minutes * 60_000),
  };
}

/** Injects faults and kills until the time is over. Returns samples of the memory of Redis. */
async function disturb(
  group: ProcessGroup,
  pool: RedisPool,
  { minutes, random, target, onProgress }: SoakOptions,
): Promise<Sample[]> {
  const faults = faultsThatKeepWrites(target);
  const started = performance.now();
  const samples: Sample[] = [];
  while (performance.now() - started < minutes * 60_000) {
    await wait(SAMPLE_MS);
    await killOrFreeze(group, DISTURBANCE, random);
    if (faults.length > 0) await group.inject(random.pick(faults));
    // Dead letters are kept on purpose and would look like a leak.
    await group.queues
      .deadLetters(WORK_DOMAIN)
      .discard({ all: true })
      .catch(() => undefined);
    const bytes = await usedMemory(pool);
    if (bytes !== undefined) samples.push({ at: Date.now(), bytes });
    onProgress(progressOf(group, samples, performance.now() - started));
  }
  return samples;
}

function progressOf(
  group: ProcessGroup,
  samples: readonly Sample[],
  elapsedMs: number,
): SoakProgress {
  const counts = new Map<string, number>();
  for (const { event } of group.history()) counts.set(event, (counts.get(event) ?? 0) + 1);
  return {
    elapsedMs,
    accepted: counts.get('accepted') ?? 0,
    killed: counts.get('killed') ?? 0,
    faults: counts.get('fault') ?? 0,
    redisBytes: samples.at(-1)?.bytes ?? 0,
  };
}

/** Returns the memory of the server, or of one node of a Cluster, in bytes; undefined while it is unreachable. */
async function usedMemory(pool: RedisPool): Promise<number | undefined> {
  const info = await pool
    .command()
    .info('memory')
    .catch(() => '');
  const [, bytes] = /used_memory:(\d+)/.exec(info) ?? [];
  return bytes === undefined ? undefined : Number(bytes);
}
