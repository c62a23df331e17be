import { expect, it } from 'vitest';
import { answeredLate, challenges, deathsAfterSettling } from '../src/checks/challenges.ts';
import { check } from '../src/checks/checker.ts';
import { idled } from '../src/checks/idleness.ts';
import { overAdmitted } from '../src/checks/over-admission.ts';
import { reclaims } from '../src/checks/reclaims.ts';
import { takenOver } from '../src/checks/taken-over.ts';
import { starved } from '../src/checks/starvation.ts';
import type { Entry, Line } from '../src/journal.ts';

/** A history in the order given, a millisecond apart; each entry may name its process. */
function history(...entries: (Entry & { pid?: number })[]): Line[] {
  return entries.map((entry, at) => ({ pid: 1, ...entry, at }));
}

const who = { id: 'a', tenant: 't' } as const;
const sent = { event: 'sent', ...who, ends: 'done' } as const;
const accepted = { event: 'accepted', ...who } as const;
const started = { event: 'started', ...who, attempt: 1, token: 1 } as const;
const settled = { event: 'settled', id: 'a' } as const;
const told = { event: 'told', ...who, callback: 'a.cb0', status: 'done' } as const;
const admitted = (id: string, at: number): Line[] => [
  { ...sent, id, pid: 1, at },
  { ...accepted, id, pid: 1, at: at + 1 },
];
/** So many actions of another tenant begin. */
const served = (count: number) =>
  Array.from(
    { length: count },
    (_, at) => ({ event: 'started', id: `o${at}`, tenant: 'other', attempt: 1, token: 1 }) as const,
  );
const startedAt = (at: number, id = 'a'): Line => ({ ...started, id, pid: 2, at });
const found = (...lines: Parameters<typeof history>) =>
  check(history(...lines)).map(({ what }) => what);

it('finds nothing in a good history', () => {
  expect(found(accepted, started, settled, told)).toEqual([]);
});

it('finds an accepted action nobody was told of, and not one that was only sent', () => {
  expect(found(accepted, started, settled)).toEqual(['lost']);
  expect(found(sent)).toEqual([]);
});

it('finds an end that should have been another', () => {
  expect(found(sent, accepted, { ...told, status: 'dead' })).toEqual(['ended wrongly']);
  const hopeless = { ...sent, ends: 'dead' } as const;
  expect(found(hopeless, accepted, { ...told, status: 'dead' })).toEqual([]);
  expect(found(hopeless, accepted, told)).toEqual(['ended wrongly']);
});

it('finds two settlements of one action, also of different kinds', () => {
  expect(found(accepted, settled, { ...settled, pid: 2 }, told)).toEqual(['settled twice']);
  const dead = { event: 'dead', id: 'a', pid: 2 } as const;
  expect(found(accepted, settled, dead, told)).toEqual(['settled twice']);
});

it('finds an attempt that ran twice, unless it was throttled the first time', () => {
  const again = { ...started, token: 2 } as const;
  expect(found(accepted, started, again, settled, told)).toEqual(['repeated without cause']);
  const throttled = { event: 'throttled', id: 'a', token: 1 } as const;
  expect(found(accepted, started, throttled, again, settled, told)).toEqual([]);
});

it('finds a caller told twice, unless the first telling was cut off', () => {
  expect(found(accepted, settled, told, told)).toEqual(['told twice']);
  const cutOff = [told, { event: 'killed', victim: 1, pid: 9 }, { ...told, pid: 2 }] as const;
  expect(found(accepted, settled, ...cutOff)).toEqual([]);
});

it('finds a caller told by a worker that had lost its lease, and not by its successor', () => {
  const frozen = [started, { event: 'stopped', victim: 1, pid: 9 }] as const;
  const lives = [accepted, ...frozen, { ...started, pid: 2, token: 2 }, settled] as const;
  expect(found(...lives, { ...told, token: 1 })).toEqual(['told by a loser']);
  expect(found(...lives, { ...told, token: 2 })).toEqual([]);
});

it('counts outcomes of a worker whose successor was at work', () => {
  const finished = { ...started, event: 'finished' } as const;
  const again = { ...started, pid: 2, token: 2 };
  expect(challenges(history(started, finished))).toBe(0);
  expect(challenges(history(started, again, finished))).toBe(1);
  expect(challenges(history(started, again, { ...settled, pid: 2 }, finished))).toBe(0);
});

it('counts deaths of workers whose last act was a settlement', () => {
  const killed = { event: 'killed', victim: 1, pid: 9 } as const;
  expect(deathsAfterSettling(history(started, settled, killed))).toBe(1);
  expect(deathsAfterSettling(history(started, settled, started, killed))).toBe(0);
  expect(deathsAfterSettling(history(started, { ...settled, pid: 2 }, killed))).toBe(0);
});

it('finds an action that ran although its sender was told that it would not', () => {
  const refused = { event: 'refused', ...who, code: 'RATE_LIMIT' } as const;
  expect(found(sent, refused)).toEqual([]);
  expect(found(sent, started, settled, refused, told)).toEqual(['ran although refused']);
  const unheard = { ...refused, code: 'REDIS_UNAVAILABLE' } as const;
  expect(found(sent, started, settled, unheard, told)).toEqual([]);
});

it('counts actions that had ended when the connection was cut before their replies', () => {
  const cut = { event: 'cut' } as const;
  expect(answeredLate(history(sent, started, settled, cut, accepted))).toBe(1);
  expect(answeredLate(history(sent, started, settled, accepted, cut))).toBe(0);
  expect(answeredLate(history(sent, cut, started, settled, accepted))).toBe(0);
});

it('finds an action that begins again after its end', () => {
  expect(found(accepted, started, settled, told, { ...started, attempt: 2 })).toEqual([
    'resurrected',
  ]);
});

it('lets an action live twice that was sent again, and still be lost in neither life', () => {
  const lives = [started, settled, { ...started, token: 2 }, settled] as const;
  const resent = { event: 'resent', id: 'a' } as const;
  expect(found(sent, resent, ...lives, told, accepted)).toEqual([]);
  expect(found(sent, resent, accepted, ...lives)).toEqual(['lost']);
});

it('finds an attempt that is repeated although nobody was disturbed', () => {
  const again = { ...started, pid: 2 };
  expect(found(accepted, started, again, told)).toEqual(['repeated without cause']);
  const kill = { event: 'killed', victim: 1, pid: 9 } as const;
  expect(found(accepted, started, kill, again, told)).toEqual([]);
});

it('takes it for a cause that the process was killed or frozen meanwhile, and not long before', () => {
  const again = { ...started, pid: 2 };
  const frozen = [
    { event: 'stopped', victim: 1, pid: 9 },
    { event: 'continued', victim: 1, pid: 9 },
  ] as const;
  expect(found(accepted, started, ...frozen, again, told)).toEqual([]);
  const early = history(...frozen, accepted, started, again, told);
  const late = early.map((line, at) => (at < 2 ? line : { ...line, at: at + 10_000 }));
  expect(check(late).map(({ what }) => what)).toEqual(['repeated without cause']);
  const kill = { event: 'killed', victim: 1, pid: 9 } as const;
  const after = history(accepted, started, again, told, kill);
  const afterwards = after.map((line, at) => (at < 4 ? line : { ...line, at: at + 10_000 }));
  expect(check(afterwards).map(({ what }) => what)).toEqual(['repeated without cause']);
});

it('takes a fault in between for a cause, and not one that was over before', () => {
  const again = { ...started, pid: 2 };
  const fault = { event: 'fault', name: 'CLIENT KILL', pid: 9 } as const;
  const over = { ...fault, event: 'over' } as const;
  expect(found(accepted, started, fault, over, again, told)).toEqual([]);
  const lines = history(fault, over, accepted, started, again, told);
  const early = check(lines.map((line, at) => (at < 2 ? line : { ...line, at: at + 10_000 })));
  expect(early.map(({ what }) => what)).toEqual(['repeated without cause']);
});

it('takes it for a cause that the process stood still, and not that another did', () => {
  const again = { ...started, pid: 2 };
  const stall = { event: 'stall', ms: 1 } as const;
  expect(found(accepted, started, stall, again, told)).toEqual([]);
  expect(found(accepted, started, { ...stall, pid: 3 }, again, told)).toEqual([
    'repeated without cause',
  ]);
});

it('finds what came to another tenant', () => {
  expect(found(accepted, { ...started, tenant: 'other' }, told)).toEqual(['misrouted']);
  expect(found(accepted, started, settled, { ...told, of: 'other' })).toEqual(['misrouted']);
  expect(found({ ...told, id: 'unheard-of' })).toEqual(['misrouted']);
  const answered = { event: 'answered', tenant: 't', result: 't' } as const;
  expect(found(answered)).toEqual([]);
  expect(found({ ...answered, result: 'other' })).toEqual(['misrouted']);
});

it('finds one admission too many in a minute, wherever the minute begins', () => {
  const lines = [...admitted('a', 30_000), ...admitted('b', 59_000), ...admitted('c', 89_998)];
  expect(overAdmitted(lines, 3)).toEqual([]);
  expect(overAdmitted(lines, 2)).toMatchObject([{ what: 'over-admitted', id: 't' }]);
  const apart = [...lines.slice(0, 4), ...admitted('c', 90_000)];
  expect(overAdmitted(apart, 2)).toEqual([]);
});

it('finds what a living worker had in hand during an outage and another began', () => {
  const outage = { from: 2, to: 3 };
  const again = { ...started, pid: 2 };
  const between = [accepted, started, sent, sent] as const;
  expect(takenOver(history(...between, settled), outage)).toEqual({ held: 1, taken: [] });
  expect(takenOver(history(...between, again), outage)).toEqual({ held: 1, taken: ['a'] });
  const retried = history(...between, { ...again, attempt: 2 });
  expect(takenOver(retried, outage)).toEqual({ held: 1, taken: [] });
  const over = history(started, settled, accepted, accepted, again);
  expect(takenOver(over, outage)).toEqual({ held: 0, taken: [] });
});

it('finds an action that waited while another tenant was served again and again', () => {
  expect(starved(history(accepted, ...served(3), started), 1)).toEqual([]);
  expect(starved(history(accepted, ...served(4), started), 1)).toMatchObject([
    { what: 'starved', id: 'a' },
  ]);
});

it('finds an action that did not begin although slots were free', () => {
  const late = [sent, accepted].map((entry): Line => ({ ...entry, pid: 1, at: 0 }));
  const stall = { event: 'stall', ms: 1_000, pid: 2, at: 2_000 } as const;
  expect(idled([...late, startedAt(2_000)], 2)).toEqual([]);
  expect(idled([...late, startedAt(3_000)], 2)).toMatchObject([{ what: 'starved', id: 'a' }]);
  expect(idled([...late, startedAt(1, 'b'), startedAt(2, 'c'), startedAt(3_000)], 2)).toEqual([]);
  expect(idled([...late, stall, startedAt(3_000)], 2)).toEqual([]);
});

it('measures from the kill of a worker until what it held begins again', () => {
  const kill = { event: 'killed', victim: 1, pid: 9 } as const;
  const again = { ...started, pid: 2 };
  const nothing = { times: [], stranded: [] };
  expect(reclaims(history(accepted, started, kill, accepted, again))).toMatchObject({ times: [2] });
  expect(reclaims(history(accepted, started, settled, kill))).toEqual(nothing);
  expect(reclaims(history(accepted, started, kill, told))).toEqual(nothing);
  expect(reclaims(history(accepted, started, kill))).toEqual({ times: [], stranded: ['a'] });
});
