import { expect, it } from 'vitest';
import {
  answeredAfterCut,
  deathsAfterSettling,
  outcomesAfterTakeover,
} from '../src/checks/coverage.ts';
import { check } from '../src/checks/checker.ts';
import { idled } from '../src/checks/idleness.ts';
import { overAdmitted } from '../src/checks/over-admission.ts';
import { keptTheirLead, outOfOrder } from '../src/checks/sequence-order.ts';
import { reclaims } from '../src/checks/reclaims.ts';
import { takenOver } from '../src/checks/taken-over.ts';
import { starved } from '../src/checks/starvation.ts';
import type { Entry, Line } from '../src/journal/journal.ts';

/** Returns a history with one entry per millisecond; the process of an entry is 1 by default. */
function history(...entries: (Entry & { pid?: number })[]): Line[] {
  return entries.map((entry, at) => ({ pid: 1, ...entry, at }));
}

const who = { id: 'a', tenant: 't' } as const;
const sent = { event: 'sent', ...who, ends: 'done' } as const;
const accepted = { event: 'accepted', ...who } as const;
const started = { event: 'started', ...who, attempt: 1, token: 1 } as const;
const settled = { event: 'settled', id: 'a' } as const;
const notified = { event: 'notified', ...who, callback: 'a.cb0', status: 'done' } as const;
const admitted = (id: string, at: number): Line[] => [
  { ...sent, id, pid: 1, at },
  { ...accepted, id, pid: 1, at: at + 1 },
];
/** Starts of a number of actions of another tenant. */
const served = (count: number) =>
  Array.from(
    { length: count },
    (_, at) => ({ event: 'started', id: `o${at}`, tenant: 'other', attempt: 1, token: 1 }) as const,
  );
const startedAt = (at: number, id = 'a'): Line => ({ ...started, id, pid: 2, at });
const found = (...lines: Parameters<typeof history>) =>
  check(history(...lines)).map(({ what }) => what);

it('finds nothing in a correct history', () => {
  expect(found(accepted, started, settled, notified)).toEqual([]);
});

it('finds an accepted action without a callback, but not one that was only sent', () => {
  expect(found(accepted, started, settled)).toEqual(['lost']);
  expect(found(sent)).toEqual([]);
});

it('finds an ending that differs from the expected one', () => {
  expect(found(sent, accepted, { ...notified, status: 'dead' })).toEqual(['wrong ending']);
  const hopeless = { ...sent, ends: 'dead' } as const;
  expect(found(hopeless, accepted, { ...notified, status: 'dead' })).toEqual([]);
  expect(found(hopeless, accepted, notified)).toEqual(['wrong ending']);
});

it('finds two settlements of one action, also with different outcomes', () => {
  expect(found(accepted, settled, { ...settled, pid: 2 }, notified)).toEqual(['settled twice']);
  const dead = { event: 'dead', id: 'a', pid: 2 } as const;
  expect(found(accepted, settled, dead, notified)).toEqual(['settled twice']);
});

it('finds an attempt that ran twice, unless it was throttled the first time', () => {
  const again = { ...started, token: 2 } as const;
  expect(found(accepted, started, again, settled, notified)).toEqual(['repeated without cause']);
  const throttled = { event: 'throttled', id: 'a', token: 1 } as const;
  expect(found(accepted, started, throttled, again, settled, notified)).toEqual([]);
});

it('finds a callback delivered twice, unless the first caller was killed', () => {
  expect(found(accepted, settled, notified, notified)).toEqual(['notified twice']);
  const cutOff = [
    notified,
    { event: 'killed', victim: 1, pid: 9 },
    { ...notified, pid: 2 },
  ] as const;
  expect(found(accepted, settled, ...cutOff)).toEqual([]);
});

it('finds a callback of a worker that had lost its lease, but not of the next holder', () => {
  const frozen = [started, { event: 'stopped', victim: 1, pid: 9 }] as const;
  const lives = [accepted, ...frozen, { ...started, pid: 2, token: 2 }, settled] as const;
  expect(found(...lives, { ...notified, token: 1 })).toEqual(['notified under a lost lease']);
  expect(found(...lives, { ...notified, token: 2 })).toEqual([]);
});

it('counts outcomes of a worker while another one runs the action', () => {
  const finished = { ...started, event: 'finished' } as const;
  const again = { ...started, pid: 2, token: 2 };
  expect(outcomesAfterTakeover(history(started, finished))).toBe(0);
  expect(outcomesAfterTakeover(history(started, again, finished))).toBe(1);
  expect(outcomesAfterTakeover(history(started, again, { ...settled, pid: 2 }, finished))).toBe(0);
});

it('counts workers that died directly after a settlement', () => {
  const killed = { event: 'killed', victim: 1, pid: 9 } as const;
  expect(deathsAfterSettling(history(started, settled, killed))).toBe(1);
  expect(deathsAfterSettling(history(started, settled, started, killed))).toBe(0);
  expect(deathsAfterSettling(history(started, { ...settled, pid: 2 }, killed))).toBe(0);
});

it('finds an action that ran although it was refused', () => {
  const refused = { event: 'refused', ...who, code: 'RATE_LIMIT' } as const;
  expect(found(sent, refused)).toEqual([]);
  expect(found(sent, started, settled, refused, notified)).toEqual(['ran although refused']);
  const noReply = { ...refused, code: 'REDIS_UNAVAILABLE' } as const;
  expect(found(sent, started, settled, noReply, notified)).toEqual([]);
});

it('counts actions that had ended when the connection was cut before their replies', () => {
  const cut = { event: 'cut' } as const;
  expect(answeredAfterCut(history(sent, started, settled, cut, accepted))).toBe(1);
  expect(answeredAfterCut(history(sent, started, settled, accepted, cut))).toBe(0);
  expect(answeredAfterCut(history(sent, cut, started, settled, accepted))).toBe(0);
});

it('finds an action that starts again after its end', () => {
  expect(found(accepted, started, settled, notified, { ...started, attempt: 2 })).toEqual([
    'resurrected',
  ]);
});

it('allows an action that was sent again to run twice, but not to be lost', () => {
  const twice = [started, settled, { ...started, token: 2 }, settled] as const;
  const resent = { event: 'resent', id: 'a' } as const;
  expect(found(sent, resent, ...twice, notified, accepted)).toEqual([]);
  expect(found(sent, resent, accepted, ...twice)).toEqual(['lost']);
});

it('finds an attempt that is repeated without a disturbance', () => {
  const again = { ...started, pid: 2 };
  expect(found(accepted, started, again, notified)).toEqual(['repeated without cause']);
  const kill = { event: 'killed', victim: 1, pid: 9 } as const;
  expect(found(accepted, started, kill, again, notified)).toEqual([]);
});

it('explains a repeated attempt by a kill or freeze of its process, but not by one long before', () => {
  const again = { ...started, pid: 2 };
  const frozen = [
    { event: 'stopped', victim: 1, pid: 9 },
    { event: 'continued', victim: 1, pid: 9 },
  ] as const;
  expect(found(accepted, started, ...frozen, again, notified)).toEqual([]);
  const early = history(...frozen, accepted, started, again, notified);
  const late = early.map((line, at) => (at < 2 ? line : { ...line, at: at + 10_000 }));
  expect(check(late).map(({ what }) => what)).toEqual(['repeated without cause']);
  const kill = { event: 'killed', victim: 1, pid: 9 } as const;
  const after = history(accepted, started, again, notified, kill);
  const afterwards = after.map((line, at) => (at < 4 ? line : { ...line, at: at + 10_000 }));
  expect(check(afterwards).map(({ what }) => what)).toEqual(['repeated without cause']);
});

it('explains a repeated attempt by a fault in between, but not by one that was over before', () => {
  const again = { ...started, pid: 2 };
  const fault = { event: 'fault', name: 'CLIENT KILL', pid: 9 } as const;
  const over = { ...fault, event: 'over' } as const;
  expect(found(accepted, started, fault, over, again, notified)).toEqual([]);
  const lines = history(fault, over, accepted, started, again, notified);
  const early = check(lines.map((line, at) => (at < 2 ? line : { ...line, at: at + 10_000 })));
  expect(early.map(({ what }) => what)).toEqual(['repeated without cause']);
});

it('explains a repeated attempt by a stall of its process, but not of another one', () => {
  const again = { ...started, pid: 2 };
  const stall = { event: 'stall', ms: 1 } as const;
  expect(found(accepted, started, stall, again, notified)).toEqual([]);
  expect(found(accepted, started, { ...stall, pid: 3 }, again, notified)).toEqual([
    'repeated without cause',
  ]);
});

it('finds actions, callbacks and results of another tenant', () => {
  expect(found(accepted, { ...started, tenant: 'other' }, notified)).toEqual(['misrouted']);
  expect(found(accepted, started, settled, { ...notified, of: 'other' })).toEqual(['misrouted']);
  expect(found({ ...notified, id: 'unheard-of' })).toEqual(['misrouted']);
  const answered = { event: 'answered', tenant: 't', result: 't' } as const;
  expect(found(answered)).toEqual([]);
  expect(found({ ...answered, result: 'other' })).toEqual(['misrouted']);
});

it('finds one admission too many in any minute', () => {
  const lines = [...admitted('a', 30_000), ...admitted('b', 59_000), ...admitted('c', 89_998)];
  expect(overAdmitted(lines, 3)).toEqual([]);
  expect(overAdmitted(lines, 2)).toMatchObject([{ what: 'over-admitted', id: 't' }]);
  const apart = [...lines.slice(0, 4), ...admitted('c', 90_000)];
  expect(overAdmitted(apart, 2)).toEqual([]);
});

it('finds actions that a living worker held during an outage and another one started', () => {
  const outage = { from: 2, to: 3, lateMs: 1 };
  const again = { ...started, pid: 2 };
  const between = [accepted, started, sent, sent] as const;
  expect(takenOver(history(...between, settled), outage)).toEqual({ held: 1, taken: [] });
  expect(takenOver(history(...between, again), outage)).toEqual({ held: 1, taken: ['a'] });
  const retried = history(...between, { ...again, attempt: 2 });
  expect(takenOver(retried, outage)).toEqual({ held: 1, taken: [] });
  const over = history(started, settled, accepted, accepted, again);
  expect(takenOver(over, outage)).toEqual({ held: 0, taken: [] });
  const late = history(...between, sent, stalled(1, 2), again);
  expect(takenOver(late, outage)).toEqual({ held: 0, taken: [] });
  for (const innocent of [stalled(1, 1), stalled(2, 2)]) {
    const lines = history(...between, sent, innocent, again);
    expect(takenOver(lines, outage)).toEqual({ held: 1, taken: ['a'] });
  }
});

it('finds an action that waited while another tenant was served repeatedly', () => {
  expect(starved(history(accepted, ...served(3), started), 1)).toEqual([]);
  expect(starved(history(accepted, ...served(4), started), 1)).toMatchObject([
    { what: 'starved', id: 'a' },
  ]);
});

it('finds an action that did not start although slots were free', () => {
  const late = [sent, accepted].map((entry): Line => ({ ...entry, pid: 1, at: 0 }));
  const stall = { event: 'stall', ms: 1_000, pid: 2, at: 2_000 } as const;
  expect(idled([...late, startedAt(2_000)], 2)).toEqual([]);
  expect(idled([...late, startedAt(3_000)], 2)).toMatchObject([{ what: 'starved', id: 'a' }]);
  expect(idled([...late, startedAt(1, 'b'), startedAt(2, 'c'), startedAt(3_000)], 2)).toEqual([]);
  expect(idled([...late, stall, startedAt(3_000)], 2)).toEqual([]);
});

it('measures the time from the kill of a worker until its actions start again', () => {
  const kill = { event: 'killed', victim: 1, pid: 9 } as const;
  const again = { ...started, pid: 2 };
  const nothing = { times: [], stranded: [] };
  expect(reclaims(history(accepted, started, kill, accepted, again))).toMatchObject({ times: [2] });
  expect(reclaims(history(accepted, started, settled, kill))).toEqual(nothing);
  expect(reclaims(history(accepted, started, kill, notified))).toEqual(nothing);
  expect(reclaims(history(accepted, started, kill))).toEqual({ times: [], stranded: ['a'] });
});

/** Returns the line of a process that was not scheduled for some time (ms). */
function stalled(pid: number, ms: number) {
  return { event: 'stall', pid, ms } as const;
}

/** Two actions of a sequence that were accepted in this order, and the given lines about them. */
function sequence(...entries: (Entry & { pid?: number })[]): Line[] {
  const both = ['a', 'b'].flatMap((id) => [
    { ...sent, id, sequence: 's' },
    { ...accepted, id },
  ]);
  return history(...both, ...entries);
}

it('finds an action of a sequence that starts before an attempt of an earlier one', () => {
  const lines = sequence(
    started,
    { ...started, id: 'b', token: 2 },
    { ...started, attempt: 2, token: 3 },
  );
  expect(outOfOrder(lines)).toMatchObject([{ what: 'overtaken', id: 'b' }]);
});

it('finds an action of a sequence that runs together with an earlier one', () => {
  const other = { ...started, id: 'b', token: 2, pid: 2 };
  const finished = { ...started, event: 'finished' } as const;
  expect(outOfOrder(sequence(started, other, finished))).toMatchObject([
    { what: 'ran together', id: 'b' },
  ]);
  expect(outOfOrder(sequence(started, finished, other))).toEqual([]);
});

it('does not blame a sequence for a process that finishes under a lease that it lost', () => {
  const again = { ...started, token: 2, pid: 2 };
  const finished = { ...started, event: 'finished' } as const;
  const next = { ...started, id: 'b', token: 3, pid: 2 };
  const lines = sequence(started, again, { ...finished, token: 2, pid: 2 }, next, finished);
  expect(outOfOrder(lines)).toEqual([]);
  expect(keptTheirLead(lines)).toBe(1);
});

it('leaves out an action of a sequence that was sent again, and sequences of others', () => {
  const resent = { event: 'resent', id: 'a' } as const;
  const lines = sequence(resent, { ...started, id: 'b', token: 2 }, { ...started, token: 3 });
  expect(outOfOrder(lines)).toEqual([]);
  expect(outOfOrder(history(sent, accepted, started))).toEqual([]);
});
