import { describe, expect, it } from 'vitest';
import { slotTimesOf, type Timing } from './slot-times.ts';

const iso = (ms: number | undefined) => (ms === undefined ? ms : new Date(ms).toISOString());

/** The first slots after a time. */
function slotsAfter(timing: Timing, start: string, count: number): (string | undefined)[] {
  const times = slotTimesOf(timing);
  const found: (string | undefined)[] = [];
  for (let ms: number | undefined = Date.parse(start); found.length < count;) {
    ms = ms === undefined ? ms : times.after(ms);
    found.push(iso(ms)?.replace(':00.000Z', 'Z'));
  }
  return found;
}

const cron = (expression: string, timeZone = 'UTC'): Timing => ({ cron: expression, timeZone });

describe('the slots of an interval', () => {
  it('are its multiples, the same in every process', () => {
    const times = slotTimesOf({ everyMs: 90_000 });
    expect([89_999, 90_000, 90_001].map((ms) => [times.upTo(ms), times.after(ms)])).toEqual([
      [0, 90_000],
      [90_000, 180_000],
      [90_000, 180_000],
    ]);
  });
});

describe('the slots of a cron expression', () => {
  it.each([
    ['0 9 * * 1-5', ['2026-11-27T09:00Z', '2026-11-30T09:00Z']],
    ['*/20 * * * *', ['2026-11-27T08:20Z', '2026-11-27T08:40Z']],
    ['0 0 29 2 *', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    ['0 0 L * *', ['2026-11-30T00:00Z', '2026-12-31T00:00Z']],
    ['@daily', ['2026-11-28T00:00Z', '2026-11-29T00:00Z']],
  ])('%s', (expression, expected) => {
    expect(slotsAfter(cron(expression), '2026-11-27T08:00:00Z', 2)).toEqual(expected);
  });

  it('may have seconds', () => {
    const times = slotTimesOf(cron('*/30 * * * * *'));
    const nine = Date.parse('2026-11-27T09:00:00Z');
    expect([times.after(nine), times.after(nine + 29_999)]).toEqual([nine + 30_000, nine + 30_000]);
  });

  it('follow the clock of their time zone', () => {
    const noon = cron('0 12 * * *', 'Asia/Kolkata');
    expect(slotsAfter(noon, '2026-11-27T00:00:00Z', 1)).toEqual(['2026-11-27T06:30Z']);
  });

  it('in the hour that is skipped come when it ends', () => {
    const half = cron('30 2 * * *', 'Europe/Madrid');
    expect(slotsAfter(half, '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
  });

  it.each(['*/15 2 * * *', '0,30 2 * * *', '* 2 * * *'])(
    'that are several in the hour that is skipped do not come on that day: %s',
    (expression) => {
      const several = cron(expression, 'Europe/Madrid');
      expect(slotsAfter(several, '2026-03-28T12:00:00Z', 1)).toEqual(['2026-03-30T00:00Z']);
    },
  );

  it('that are several in the hour that is repeated come in both', () => {
    const several = cron('0,30 2 * * *', 'Europe/Madrid');
    expect(slotsAfter(several, '2026-10-24T12:00:00Z', 4)).toEqual([
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
    ]);
  });

  it('in the hour that is repeated come once at a fixed time, and in both if they are hourly', () => {
    const half = cron('30 2 * * *', 'Europe/Madrid');
    expect(slotsAfter(half, '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
    const hourly = cron('0 * * * *', 'Europe/Madrid');
    expect(slotsAfter(hourly, '2026-10-24T23:30:00Z', 4)).toEqual([
      '2026-10-25T00:00Z',
      '2026-10-25T01:00Z',
      '2026-10-25T02:00Z',
      '2026-10-25T03:00Z',
    ]);
  });

  it.each(['Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'UTC'])(
    'always move forward, and the last one up to a slot is that slot, in %s',
    (timeZone) => {
      for (const expression of ['30 2 * * *', '*/20 * * * *', '15 1 * * 0']) {
        const times = slotTimesOf(cron(expression, timeZone));
        let ms = Date.parse('2026-03-01T00:00:00Z');
        for (let n = 0; n < 300; n += 1) {
          const next = times.after(ms) ?? 0;
          expect(next).toBeGreaterThan(ms);
          expect(iso(times.upTo(next))).toBe(iso(next));
          ms = next;
        }
      }
    },
  );

  it('may never come', () => {
    expect(slotTimesOf(cron('0 0 30 2 *')).after(0)).toBeUndefined();
    expect(slotTimesOf(cron('0 0 31 4,6,9,11 *')).after(0)).toBeUndefined();
  });

  it.each([
    '',
    '* * *',
    '61 * * * *',
    '* * * * * * 2030',
    '2026-12-01T00:00:00',
    '@reboot',
    '@fortnightly',
    '*/0 * * * *',
    '0 0 * * *\n0 0 * * *',
    `${'1,'.repeat(500)}1 * * * *`,
    7,
    null,
    {},
  ])('are refused for %j', (expression) => {
    const timing = cron(expression as string);
    expect(() => slotTimesOf(timing)).toThrow(expect.objectContaining({ code: 'INVALID_ACTION' }));
  });

  it.each(['', 'Mars/Phobos', 'Europe/Madrid\n', '../etc', 7, null])(
    'are refused in time zone %j',
    (timeZone) => {
      const timing = cron('0 0 * * *', timeZone as string);
      expect(() => slotTimesOf(timing)).toThrow('timeZone');
    },
  );
});
