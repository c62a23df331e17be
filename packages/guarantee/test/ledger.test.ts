import { expect, it } from 'vitest';
import { ledgerOf, openOf } from '../src/checks/ledger.ts';
import type { Entry, Line } from '../src/journal/journal.ts';

const asked = { event: 'asked', id: 'a', inbox: 'one', kind: 'request', isHasty: false } as const;
const ended = (code = 'DONE') => ({ event: 'ended', id: 'a', code }) as const;
const ran = { event: 'ran', id: 'a' } as const;
const killed = { event: 'killed', victim: 1 } as const;

/** Returns a history with one entry per second; the process of an entry is 1 by default. */
function history(...entries: (Entry & { pid?: number })[]): Line[] {
  return entries.map((entry, at) => ({ pid: 1, ...entry, at: 1_000 * at }));
}

const found = (...entries: Parameters<typeof history>) =>
  ledgerOf(history(...entries)).unsettled.map(({ what }) => what);

it('accepts a result, and a typed error that says what happened', () => {
  expect(found(asked, ran, ended())).toEqual([]);
  for (const code of ['ACTION_CANCELLED', 'ACTION_FAILED', 'REDIS_UNAVAILABLE'])
    expect(found(asked, ended(code))).toEqual([]);
  expect(found({ ...asked, isHasty: true }, ended('ACTION_TIMEOUT'))).toEqual([]);
});

it('finds what does not end, ends twice, is wrong, or is no typed error', () => {
  expect(found(asked)).toEqual(['not ended']);
  expect(found(asked, ended(), ended())).toEqual(['ended twice']);
  expect(found(asked, ended('WRONG gap'))).toEqual(['wrong']);
  expect(found(asked, ended('UNTYPED TypeError: x'))).toEqual(['untyped']);
});

it('finds an outcome that was lost', () => {
  expect(found(asked, ended('ACTION_TIMEOUT'))).toEqual(['lost']);
  expect(found(asked, ended('REPLY_LOST'))).toEqual(['lost']);
  const takenOver = { ...ended('REPLY_LOST'), pid: 2 };
  // It ran long before its caller was killed, or after that.
  const later = { ...killed, victim: 3 };
  expect(found(asked, ran, takenOver, later, later)).toEqual(['lost']);
  expect(found(asked, killed, ran, takenOver)).toEqual(['lost']);
});

it('accepts that a killed caller has not sent it, or has not recorded its reply', () => {
  const takenOver = { ...ended('REPLY_LOST'), pid: 2 };
  expect(found(asked, killed, takenOver)).toEqual([]);
  expect(found(asked, ran, killed, takenOver)).toEqual([]);
});

it('knows what the processes before have left open', () => {
  const lines = history(asked, { ...asked, id: 'b' }, { ...asked, id: 'c', inbox: 'two' }, ended());
  expect(openOf(lines, 'one')).toMatchObject({ asked: 2, open: [{ id: 'b', kind: 'request' }] });
});
