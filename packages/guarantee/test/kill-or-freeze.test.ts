import { expect, it, vi } from 'vitest';
import type { ProgramProcess } from '../src/scenario/program-process.ts';
import { seededRandom } from '../src/schedule/random.ts';
import type { ProcessGroup } from '../src/scenario/process-group.ts';
import { killOrFreeze } from '../src/scenario/kill-or-freeze.ts';

const disturbance = { leaseMs: 1, kills: ['producer', 'worker'], freezes: ['caller'] } as const;

/** Returns the next random number after five disturbances with a number of possible victims. */
async function afterDisturbances(victims: number): Promise<number> {
  const processes = Array.from({ length: victims }, (_, pid) => ({ pid, freeze() {}, thaw() {} }));
  const group = {
    of: () => processes,
    history: () => processes.map(({ pid }) => ({ event: 'started', id: `action-${pid}`, pid })),
    replace: vi.fn<(victim: ProgramProcess) => Promise<void>>(),
    journal: { write: () => undefined },
  } as unknown as ProcessGroup;
  const random = seededRandom(7);
  for (let count = 0; count < 5; count += 1) await killOrFreeze(group, disturbance, random);
  return random.next();
}

it('a seed reproduces the schedule for any number of possible victims', async () => {
  const schedule = await afterDisturbances(0);
  expect(await afterDisturbances(1)).toBe(schedule);
  expect(await afterDisturbances(3)).toBe(schedule);
});
