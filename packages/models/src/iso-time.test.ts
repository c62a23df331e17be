import { runInNewContext } from 'node:vm';
import { InvalidActionError } from '@nooble/errors';
import { expect, it } from 'vitest';
import { isoTime } from './iso-time.ts';

it.each([
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  ['2026-11-27T09:30:00Z', '2026-11-27T09:30:00.000Z'],
  ['2026-11-27T09:30Z', '2026-11-27T09:30:00.000Z'],
  ['2026-11-27T09:30:00.123456+02:00', '2026-11-27T07:30:00.123Z'],
  ['2028-02-29T23:59:59-05:30', '2028-03-01T05:29:59.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
])('%o is a time', (given, iso) => {
  expect(isoTime('expiresAt', given)).toBe(iso);
});

it.each([
  'x 3',
  '60',
  '3600',
  'tomorrow 1',
  '-1',
  '11/27/2026',
  'garbage',
  '1795688174',
  '',
  '2026-11-27',
  '2026-11-27T09:30:00',
  '2026-11-27 09:30:00Z',
  '2026-11-27T09:30:00z',
  '2026-02-30T00:00:00Z',
  '2027-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-11-27T24:61:00Z',
  '2026-11-27T23:59:60Z',
  '2026-11-27T09:30:00+2:00',
  '2026-11-27T09:30:00Z\n',
  ' 2026-11-27T09:30:00Z',
  '+012026-11-27T09:30:00Z',
  '1969-12-31T23:59:59Z',
  '9999-12-31T23:59:59-00:01',
  0,
  1795688174,
  Number.NaN,
  5n,
  true,
  null,
  undefined,
  [],
  ['2026-11-27T09:30:00Z'],
  new Date(Number.NaN),
  new Date(-1),
  new Date(8.64e15),
  Object.create(Date.prototype),
  { toString: () => '2026-11-27T09:30:00Z' },
  { valueOf: () => 5 },
  Symbol('x'),
  runInNewContext('new Date(0)') as unknown,
])('%o is no time', (given: unknown) => {
  expect(() => isoTime('runAt', given)).toThrow(InvalidActionError);
  expect(() => isoTime('runAt', given)).toThrow(/runAt .*expected a valid Date, or ISO 8601/);
});

it('says which value was given', () => {
  expect(() => isoTime('expiresAt', 'x 3')).toThrow('expiresAt "x 3" is not a time: expected');
  expect(() => isoTime('expiresAt', 60)).toThrow('expiresAt 60 is not a time: expected');
});
