import { setTimeout as wait } from 'node:timers/promises';
import { admissionsOf, mostInAMinute, overAdmitted } from '../checks/over-admission.ts';
import type { ActorProcess } from '../actor-process.ts';
import type { AskedLimits, Share } from '../actors/orders.ts';
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

const BY_MINUTE: AskedLimits = { perMinute: LIMIT, perDay: null };
const BY_DAY: AskedLimits = { perMinute: null, perDay: LIMIT };

/** Tenants of whom exactly the limit is admitted, by several producers at once. */
const GREEDY = { 'greedy-by-minute': BY_MINUTE, 'greedy-by-day': BY_DAY };
/**
 * Tenants of whom exactly the limit is admitted, by two producers one after the other, of whom the first is refused
 * by another limit. A rejection that is charged leaves the second too little.
 */
const REFUSED = [
  {
    'refused-by-day': { perMinute: LIMIT, perDay: LOW },
    'refused-by-minute': { perMinute: LOW, perDay: LIMIT },
  },
  { 'refused-by-day': BY_MINUTE, 'refused-by-minute': BY_DAY },
];
const EXACT = [...Object.keys(GREEDY), 'refused-by-day', 'refused-by-minute'];
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
      const crowd = startCrowd(scene, isLong);
      for (const limits of REFUSED) {
        await scene.start('producer', { shares: sharesOf(limits) }).ended();
      }
      if (isLong) await wait(trial.seconds * 1_000);
      else await Promise.all(crowd.map(async (producer) => producer.ended()));
      return judge(scene.history(), isLong);
    } finally {
      await scene.close();
    }
  },
};

/** Every producer sends for every greedy tenant, and for the one whose limit changes: in a long run without end. */
function startCrowd(scene: Scene, isLong: boolean): ActorProcess[] {
  const many = isLong ? {} : { actions: EACH };
  return Array.from({ length: PRODUCERS }, (_, at) => {
    const perMinute = at % 2 === 0 ? LIMIT : LIMIT / 2;
    const changing = { tenant: CHANGING, limits: { ...BY_MINUTE, perMinute }, ...many };
    return scene.start('producer', { restMs: 200, shares: [...sharesOf(GREEDY), changing] });
  });
}

function sharesOf(limits: Readonly<Record<string, AskedLimits>>): Share[] {
  return Object.entries(limits).map(([tenant, asked]) => ({
    tenant,
    limits: asked,
    actions: EACH,
  }));
}

function judge(history: readonly Line[], isLong: boolean): Verdict {
  const admissions = admissionsOf(history);
  const inexact = EXACT.filter((tenant) => admissions.get(tenant)?.length !== LIMIT);
  const unanswered = EXACT.filter((tenant) => !isAnswered(history, tenant));
  const counts = EXACT.map((tenant) => `${admissions.get(tenant)?.length ?? 0} ${tenant}`);
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
