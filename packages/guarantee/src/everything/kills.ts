import type { Fault } from '../faults/fault.ts';
import type { ProcessGroup } from '../scenario/process-group.ts';
import type { Random } from '../schedule/random.ts';

/** A disturbance that is due once this number of actions has ended. Returns false if it is not possible yet. */
export interface Kill {
  readonly at: number;
  readonly kill: (group: ProcessGroup) => Promise<boolean>;
}

/** Actions per killed process and per fault of Redis, and the least of each. */
const PER = { process: 500, fault: 5_000 };
const LEAST = { process: 4, fault: 2 };

/**
 * Returns kills of workers and callers in turn, and faults of Redis, evenly spread over the actions. Every other fault kills
 * Redis, if this program may do so.
 */
export function killSome(actions: number, faults: readonly Fault[], random: Random): Kill[] {
  const programs = ['mixed-worker', 'mixed-caller'] as const;
  const processes = spread(actions, Math.max(LEAST.process, actions / PER.process));
  const kills = processes.map((at, index): Kill => {
    const name = programs[index % programs.length] ?? 'mixed-worker';
    return { at, kill: async (group) => replaceOne(group, name, random) };
  });
  if (faults.length === 0) return kills;
  const deadly = faults.filter(({ killsServer = false }) => killsServer);
  const times = spread(actions, Math.max(LEAST.fault, actions / PER.fault));
  const injections = times.map((at, index): Kill => {
    const fault = random.pick(index % 2 === 0 && deadly.length > 0 ? deadly : faults);
    return {
      at,
      async kill(group) {
        await group.inject(fault);
        return true;
      },
    };
  });
  return [...kills, ...injections].sort((a, b) => a.at - b.at);
}

/** Returns numbers of actions with equal distances, none of them at the edges. */
function spread(actions: number, count: number): number[] {
  const whole = Math.floor(count);
  return Array.from({ length: whole }, (_, index) =>
    Math.floor((actions * (index + 1)) / (whole + 1)),
  );
}

async function replaceOne(
  group: ProcessGroup,
  name: 'mixed-worker' | 'mixed-caller',
  random: Random,
): Promise<boolean> {
  // A process that has only just started has done nothing yet.
  const pids = new Set(group.history().map(({ pid }) => pid));
  const busy = group.of(name).filter(({ pid }) => pids.has(pid));
  if (busy.length === 0) return false;
  await group.replace(random.pick(busy));
  return true;
}
