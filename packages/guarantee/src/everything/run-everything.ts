import { seededRandom } from '../schedule/random.ts';
import { openTarget } from '../target/target.ts';
import { TOPOLOGIES, type Topology } from '../target/topologies.ts';
import { runEverything } from './everything.ts';
import type { EverythingProgress } from './progress.ts';
import { reportOfEverything, type EverythingReport } from './report.ts';

/** Redis, size and limits of a trial of everything. */
export interface EverythingRun {
  readonly actions: number;
  readonly redisUrl: string | undefined;
  readonly topology: Topology;
  readonly volatile: boolean;
  readonly seed: number;
  readonly keysMinutes: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: EverythingProgress) => void;
}

/** Starts or opens a Redis, tries everything on it, and returns the report. */
export async function tryEverything(run: EverythingRun): Promise<EverythingReport> {
  const { actions, keysMinutes, redisUrl, seed, signal, topology, onProgress } = run;
  const target =
    redisUrl === undefined
      ? await TOPOLOGIES[topology]()
      : await openTarget(redisUrl, run.volatile);
  try {
    const prefix = `nooble-everything-${seed}-${Date.now()}`;
    const random = seededRandom(seed);
    const keysMs = keysMinutes * 60_000;
    const environment = { target, prefix, random, signal };
    const result = await runEverything({ ...environment, actions, keysMs, onProgress });
    return reportOfEverything(result, target.isManaged);
  } finally {
    await target.close();
  }
}
