import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../schedule/random.ts';
import type { ProcessGroup } from './process-group.ts';
import type { ProgramName } from './program-process.ts';
import { busyIn } from './recorded.ts';

/** Programs whose processes are disturbed. */
export interface Disturbance {
  readonly leaseMs: number;
  /** Programs whose processes are killed. */
  readonly kills: readonly ProgramName[];
  /** Programs whose processes are frozen past the lease, and continue. */
  readonly freezes: readonly ProgramName[];
  /** Number of processes per program that are never disturbed. @default 0 */
  readonly spared?: number;
}

/** Kills or freezes one busy process, but none of the first `spared`. Returns false if there was none to disturb. */
export async function killOrFreeze(
  group: ProcessGroup,
  { kills, freezes, leaseMs, spared = 0 }: Disturbance,
  random: Random,
): Promise<boolean> {
  const choices = [
    ...kills.map((name) => [name, true] as const),
    ...freezes.map((name) => [name, false] as const),
  ];
  const [name, isKill] = random.pick(choices);
  // Drawn with and without a victim, so that a seed reproduces the rest of the schedule.
  const [which, extraMs] = [random.next(), random.below(leaseMs)];
  const victims = busyIn(group, name).slice(spared);
  const victim = victims[Math.floor(which * victims.length)];
  if (!victim) return false;
  if (isKill) {
    await group.replace(victim);
    return true;
  }
  group.journal.write({ event: 'stopped', victim: victim.pid });
  victim.freeze();
  // Long enough to lose the lease, sometimes so short that the next holder has only just started.
  await wait(1.25 * leaseMs + extraMs);
  victim.thaw();
  group.journal.write({ event: 'continued', victim: victim.pid });
  return true;
}
