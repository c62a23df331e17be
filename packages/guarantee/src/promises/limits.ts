import { setTimeout as wait } from 'node:timers/promises';
import { admissionsOf, mostInAMinute, overAdmitted } from '../checks/over-admission.ts';
import type { Orders } from '../actors/orders.ts';
import type { Line } from '../journal.ts';
import type { Guarantee, Verdict } from '../promise.ts';
import { Scene } from '../scene.ts';

const PRODUCERS = 4;
const EACH = 40;
const LIMIT = 50;
/** A limit that refuses some before the other one is reached. */
const LOW = 20;
const DAY_MS = 86_400_000;
/** A day must not end while its limit is used up (ms). */
const LATE_MS = 20_000;
/** A longer run crosses the edges of the minute. */
const MINUTE_S = 65;

type Limits = Orders['limits'];
const BY_MINUTE: Limits = { perMinute: LIMIT, perDay: null };
const BY_DAY: Limits = { perMinute: null, perDay: LIMIT };

/**
 * Tenants of whom exactly the limit is admitted, and by whom: several producers at once, or two one after the
 * other, of whom the first is refused by another limit. A rejection that is charged leaves the second too little.
 */
const EXACT: Readonly<Record<string, readonly (readonly Limits[])[]>> = {
  'greedy-by-minute': [Array.from({ length: PRODUCERS }, () => BY_MINUTE)],
  'greedy-by-day': [Array.from({ length: PRODUCERS }, () => BY_DAY)],
  'refused-by-day': [[{ perMinute: LIMIT, perDay: LOW }], [BY_MINUTE]],
  'refused-by-minute': [[{ perMinute: LOW, perDay: LIMIT }], [BY_DAY]],
};
/** A tenant whose producers disagree on its limit, again and again. */
const CHANGING = 'changing';

export const limits: Guarantee = {
  id: 'P5',
  text: 'A tenant is never admitted one action over its limit, under any number of producers',
  async run(trial) {
    const left = DAY_MS - (Date.now() % DAY_MS);
    if (left < LATE_MS) await wait(left + 1_000);
    const scene = await Scene.open(trial, 1_000);
    try {
      const isLong = trial.seconds >= MINUTE_S;
      const changing = change(scene, isLong ? 0 : EACH);
      await Promise.all(Object.keys(EXACT).map(async (tenant) => exhaust(scene, tenant)));
      await (isLong ? wait(trial.seconds * 1_000) : changing);
      return judge(scene.history(), isLong);
    } finally {
      await scene.close();
    }
  },
};

async function exhaust(scene: Scene, tenant: string): Promise<void> {
  for (const group of EXACT[tenant] ?? []) {
    const producers = group.map((each) =>
      scene.start('producer', { actions: EACH, limits: each, tenant }),
    );
    await Promise.all(producers.map(async (producer) => producer.ended()));
  }
}

async function change(scene: Scene, actions: number): Promise<void> {
  const producers = [LIMIT, LIMIT / 2, LIMIT].map((perMinute) => {
    const orders = { actions, restMs: 200, limits: { ...BY_MINUTE, perMinute } };
    return scene.start('producer', { ...orders, tenant: CHANGING });
  });
  await Promise.all(producers.map(async (producer) => producer.ended()));
}

function judge(history: readonly Line[], isLong: boolean): Verdict {
  const admissions = admissionsOf(history);
  const inexact = Object.keys(EXACT).filter((tenant) => admissions.get(tenant)?.length !== LIMIT);
  const unanswered = Object.keys(EXACT).filter((tenant) => !isAnswered(history, tenant));
  const counts = Object.keys(EXACT).map(
    (tenant) => `${admissions.get(tenant)?.length ?? 0} ${tenant}`,
  );
  const edges = isLong ? ', across the edges of the minute' : '';
  return {
    held: inexact.length + unanswered.length === 0 && overAdmitted(history, LIMIT).length === 0,
    tried: `${PRODUCERS} producers at once against ${LIMIT} per minute and per day, rejections by one limit before the other, and limits that change${edges}`,
    worst: `admitted ${counts.join(', ')}; ${mostInAMinute(admissions.get(CHANGING) ?? [])} ${CHANGING} in any minute`,
  };
}

/** Everything was accepted or refused, and refused only by a limit. */
function isAnswered(history: readonly Line[], tenant: string): boolean {
  const own = history.filter((line) => 'tenant' in line && line.tenant === tenant);
  const sent = own.filter(({ event }) => event === 'sent').length;
  const accepted = own.filter(({ event }) => event === 'accepted').length;
  const limited = own.filter((line) => line.event === 'refused' && line.code === 'RATE_LIMIT');
  return sent > 0 && sent === accepted + limited.length;
}
