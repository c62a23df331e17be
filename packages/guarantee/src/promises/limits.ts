import { admissionsOf, mostInAMinute, overAdmitted } from '../checks/over-admission.ts';
import type { Guarantee, Trial } from '../promise.ts';
import { Scene } from '../scene.ts';

const PRODUCERS = 4;
const PER_MINUTE = 50;
const EACH = 40;
/** A longer run crosses the edges of the minute. */
const MINUTE_S = 65;

export const limits: Guarantee = {
  id: 'P5',
  text: 'A tenant is never admitted one action over its limit, under any number of producers',
  async run(trial) {
    const scene = await Scene.open(trial, 1_000);
    try {
      const burst = await rush(scene, trial);
      const history = scene.history();
      const findings = overAdmitted(history, PER_MINUTE);
      const admissions = admissionsOf(history);
      const total = PRODUCERS * EACH;
      return {
        held:
          burst.admitted === PER_MINUTE &&
          burst.refused === total - PER_MINUTE &&
          findings.length === 0,
        tried: `${PRODUCERS} producers, ${total} actions at once against ${PER_MINUTE} per minute, and limits that change`,
        worst: `${burst.admitted} admitted, ${burst.refused} refused; ${mostInAMinute(admissions.get('changing') ?? [])} in any minute`,
      };
    } finally {
      await scene.close();
    }
  },
};

/** One tenant at once from several producers; another whose producers disagree on its limit. */
async function rush(scene: Scene, { seconds }: Trial) {
  const greedy = { actions: EACH, perMinute: PER_MINUTE, tenant: 'greedy' };
  const producers = Array.from({ length: PRODUCERS }, () => scene.start('producer', greedy));
  const lasting = seconds >= MINUTE_S ? 0 : EACH;
  for (const perMinute of [PER_MINUTE, PER_MINUTE / 2, PER_MINUTE]) {
    const changing = scene.start('producer', {
      actions: lasting,
      restMs: 200,
      perMinute,
      tenant: 'changing',
    });
    if (lasting > 0) producers.push(changing);
  }
  await Promise.all(producers.map(async (producer) => producer.ended()));
  if (lasting === 0) await new Promise((resolve) => void setTimeout(resolve, seconds * 1_000));
  const history = scene.history();
  const admitted = admissionsOf(history).get('greedy')?.length ?? 0;
  const refused = history.filter((line) => line.event === 'refused' && line.tenant === 'greedy');
  return { admitted, refused: refused.length };
}
