import { SMALL_TEXT_BYTES } from './payload.ts';
import type { ProcessPool } from './process-pool.ts';
import type { Server } from './server.ts';
import type { Place } from './systems/system.ts';
import type { SideName } from './systems/systems.ts';

/** Environment of a sample. */
export interface SampleContext {
  readonly processes: ProcessPool;
  readonly server: Server;
  readonly quick: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

let samples = 0;

/** Clears the server and returns a place that no other sample uses. */
export async function clearedPlace({ server }: SampleContext, system: SideName): Promise<Place> {
  await server.clear();
  samples += 1;
  return { url: server.url, prefix: `bench-${system}-${samples}`, queue: 'work' };
}

/** Returns `full` for a full run, `small` for a quick run. */
export function sized({ quick }: SampleContext, full: number, small: number): number {
  return quick ? small : full;
}

/** Returns the shape of jobs of the usual size. */
export function smallJobs(count: number, tenants = 1) {
  return { count, tenants, textBytes: SMALL_TEXT_BYTES };
}
