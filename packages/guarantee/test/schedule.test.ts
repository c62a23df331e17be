import { expect, it, vi } from 'vitest';
import type { ActorProcess } from '../src/actor-process.ts';
import { seededRandom } from '../src/random.ts';
import type { Scene } from '../src/scene.ts';
import { strike } from '../src/storm.ts';

const storm = { leaseMs: 1, kills: ['producer', 'worker'], freezes: ['caller'] } as const;

/** What a seed says next after some strikes on so many victims. */
async function afterStrikes(victims: number): Promise<number> {
  const scene = {
    busy: () => Array.from({ length: victims }, (_, pid) => ({ pid, freeze() {}, thaw() {} })),
    replace: vi.fn<(actor: ActorProcess) => Promise<void>>(),
    journal: { write: () => undefined },
  } as unknown as Scene;
  const random = seededRandom(7);
  for (let count = 0; count < 5; count += 1) await strike(scene, storm, random);
  return random.next();
}

it('goes on as the seed says, however many there were to strike', async () => {
  const schedule = await afterStrikes(0);
  expect(await afterStrikes(1)).toBe(schedule);
  expect(await afterStrikes(3)).toBe(schedule);
});
