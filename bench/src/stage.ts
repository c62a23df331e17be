import type { Crew } from './crew.ts';
import { SMALL_TEXT_BYTES } from './payload.ts';
import type { Server } from './server.ts';
import type { Place, SystemName } from './systems/system.ts';

/** What a sample is measured with. */
export interface Stage {
  readonly crew: Crew;
  readonly server: Server;
  readonly quick: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

let samples = 0;

/** A place on an empty server that no other sample uses. */
export async function clearedPlace({ server }: Stage, system: SystemName): Promise<Place> {
  await server.clear();
  samples += 1;
  return { url: server.url, prefix: `bench-${system}-${samples}`, queue: 'work' };
}

/** The number for a full run, or the one for a quick run. */
export function sized({ quick }: Stage, full: number, small: number): number {
  return quick ? small : full;
}

/** Jobs of the usual size. */
export function smallJobs(count: number, tenants = 1) {
  return { count, tenants, textBytes: SMALL_TEXT_BYTES };
}
