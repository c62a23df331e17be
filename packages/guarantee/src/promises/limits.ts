import { setTimeout as wait } from 'node:timers/promises';
import { admissionsOf, mostInAMinute, overAdmitted } from '../checks/over-admission.ts';
import type { Line } from '../journal/journal.ts';
import type { AdmissionLimits, Share } from '../load/program-options.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { ProgramProcess } from '../scenario/program-process.ts';
import type { Guarantee } from './guarantee.ts';
import type { Report } from './report.ts';

const PRODUCERS = 4;
const EACH = 40;
const LIMIT = 50;
/** A lower limit, which refuses actions before the other limit is reached. */
const LOW = 20;
const DAY_MS = 86_400_000;
/** Minimum time until midnight UTC, so that a day does not end during the run (ms). */
const LATE_MS = 20_000;
/** Minimum duration of a run that crosses the boundary of a minute (s). */
const LONG_RUN_S = 65;

/** Limits that a producer sets for a tenant, one after the other. */
type Limits = readonly AdmissionLimits[];

const BY_MINUTE: AdmissionLimits = { perMinute: LIMIT, perDay: null };
const BY_DAY: AdmissionLimits = { perMinute: null, perDay: LIMIT };

/** Tenants of which exactly the limit is admitted, sent by several producers concurrently. */
const GREEDY = { 'greedy-by-minute': [BY_MINUTE], 'greedy-by-day': [BY_DAY] };
/**
 * Tenants of which exactly the limit is admitted, sent in two halves. Some of the first half are refused by a lower limit
 * of the other kind; if such a refusal is charged, too few of the second half are admitted.
 */
const REFUSED = {
  'refused-by-day': [{ perMinute: LIMIT, perDay: LOW }, BY_MINUTE],
  'refused-by-minute': [{ perMinute: LOW, perDay: LIMIT }, BY_DAY],
};
const EXACT = [...Object.keys(GREEDY), ...Object.keys(REFUSED)];
/** A tenant whose producers set different limits. */
const CHANGING = 'changing';

export const limits: Guarantee = {
  id: 'P5',
  text: 'A tenant is never admitted beyond its limit, under any number of producers',
  async run(trial) {
    const left = DAY_MS - (Date.now() % DAY_MS);
    if (left < LATE_MS) await wait(left + 1_000);
    const group = await ProcessGroup.open(trial, 1_000);
    try {
      const isLong = trial.seconds >= LONG_RUN_S;
      const producers = startProducers(group, isLong);
      if (isLong) await wait(trial.seconds * 1_000);
      else await Promise.all(producers.map(async (producer) => producer.ended()));
      return judge(group.history(), isLong);
    } finally {
      await group.close();
    }
  },
};

/**
 * Starts producers that all send for the greedy tenants and for the one whose limit changes, in a long run for that one
 * without end. The first of them also sends for the refused tenants.
 */
function startProducers(group: ProcessGroup, isLong: boolean): ProgramProcess[] {
  const many = isLong ? {} : { actions: EACH };
  return Array.from({ length: PRODUCERS }, (_, at) => {
    const perMinute = at % 2 === 0 ? LIMIT : LIMIT / 2;
    const changing = { tenant: CHANGING, limits: [{ ...BY_MINUTE, perMinute }], ...many };
    const shares = [...sharesOf(GREEDY), changing, ...(at === 0 ? sharesOf(REFUSED) : [])];
    return group.start('producer', { restMs: 200, shares });
  });
}

function sharesOf(limitsOf: Readonly<Record<string, Limits>>): Share[] {
  return Object.entries(limitsOf).map(([tenant, limits]) => ({ tenant, limits, actions: EACH }));
}

function judge(history: readonly Line[], isLong: boolean): Report {
  const admissions = admissionsOf(history);
  const inexact = EXACT.filter((tenant) => admissions.get(tenant)?.length !== LIMIT);
  const unanswered = EXACT.filter((tenant) => !isAnswered(history, tenant));
  const counts = EXACT.map((tenant) => `${admissions.get(tenant)?.length ?? 0} ${tenant}`);
  const edges = isLong ? ', across the boundary of a minute' : '';
  return {
    held: inexact.length + unanswered.length === 0 && overAdmitted(history, LIMIT).length === 0,
    tried: `${PRODUCERS} concurrent producers against ${LIMIT} per minute and per day, rejections by one limit before the other, and limits that change${edges}`,
    worst: `admitted ${counts.join(', ')}; ${mostInAMinute(admissions.get(CHANGING) ?? [])} ${CHANGING} in any minute`,
  };
}

/** Returns true if every action of the tenant was accepted, or refused by a limit. */
function isAnswered(history: readonly Line[], tenant: string): boolean {
  const own = history.filter((line) => 'tenant' in line && line.tenant === tenant);
  const sent = own.filter(({ event }) => event === 'sent').length;
  const accepted = own.filter(({ event }) => event === 'accepted').length;
  const limited = own.filter((line) => line.event === 'refused' && line.code === 'RATE_LIMIT');
  return sent > 0 && sent === accepted + limited.length;
}
