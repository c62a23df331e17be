import {
  QueueFullError,
  ThrottledError,
  UnknownActionError,
  ValidationError,
} from '@nooble/errors';
import type { ClaimedAction } from '@nooble/queue';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRY_POLICY } from '../handlers/backoff.ts';
import { retryLater } from '../handlers/control.ts';
import { outcomeOfError, type FailedAttempt } from './outcome.ts';

const HOUR_MS = 3_600_000;

type Facts = Partial<ClaimedAction> & Partial<Omit<FailedAttempt, 'claimed' | 'error'>>;

function outcomeOf(error: unknown, { retry, runningMs, unhandledForMs, ...claimed }: Facts = {}) {
  const before = { failures: 0, throttledMs: 0, unhandledMs: 0, ...claimed } as ClaimedAction;
  return outcomeOfError({
    error,
    claimed: before,
    runningMs: runningMs ?? 0,
    retry: retry ?? DEFAULT_RETRY_POLICY,
    unhandledForMs,
    nowMs: Date.UTC(2026, 0, 1),
  });
}

const throttled = (retryAfterMs?: number) =>
  new ThrottledError({ what: 'The model', ...(retryAfterMs !== undefined && { retryAfterMs }) });

function thrownBy(call: () => never): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

describe('a throttled attempt', () => {
  it('waits as long as it was told, whatever attempts are left', () => {
    const error = { code: 'THROTTLED', http_status: 429 };
    const expected = { status: 'throttled', delayMs: 10_000, error };
    const once = { ...DEFAULT_RETRY_POLICY, attempts: 1 };
    expect(outcomeOf(throttled(10_000))).toMatchObject(expected);
    expect(outcomeOf(throttled(10_000), { retry: once })).toMatchObject(expected);
    expect(outcomeOf(throttled(10_000), { failures: 2 })).toMatchObject(expected);
  });

  it('is one that retryLater does not count', () => {
    const later = thrownBy(() => retryLater(5_000, { counts: false, reason: 'quota' }));
    const error = { message: 'quota', retryable: true };
    expect(outcomeOf(later)).toMatchObject({ status: 'throttled', delayMs: 5_000, error });
    expect(outcomeOf(thrownBy(() => retryLater(5_000)))).toMatchObject({ status: 'retry' });
  });

  it.each([0, -1, Number.NaN, 1e12, undefined])(
    'chooses the wait itself if the error gives %s, longer the longer it lasts',
    (told) => {
      const waitAfter = (throttledMs: number) => {
        const outcome = outcomeOf(throttled(told), { throttledMs });
        return outcome.status === 'throttled' ? outcome.delayMs : undefined;
      };
      expect(waitAfter(0)).toBeGreaterThanOrEqual(500);
      expect(waitAfter(0)).toBeLessThanOrEqual(1_000);
      expect(waitAfter(60_000)).toBeGreaterThanOrEqual(15_000);
      expect(waitAfter(60_000)).toBeLessThanOrEqual(30_000);
    },
  );

  it('draws out a wait so short that it would run hot', () => {
    expect(outcomeOf(throttled(1))).toMatchObject({ status: 'throttled', delayMs: 100 });
  });

  it('is dead once it has lasted an hour', () => {
    const error = { code: 'THROTTLED' };
    expect(outcomeOf(throttled(), { throttledMs: HOUR_MS })).toMatchObject({
      status: 'dead',
      error,
    });
    const ran = { throttledMs: HOUR_MS - 1_000, runningMs: 1_000 };
    expect(outcomeOf(throttled(), ran)).toMatchObject({ status: 'dead' });
    expect(outcomeOf(throttled(), { throttledMs: HOUR_MS - 1 })).toMatchObject({
      status: 'throttled',
      delayMs: 1,
    });
  });

  it('is dead at once where it was told to wait beyond its bound', () => {
    expect(outcomeOf(throttled(HOUR_MS))).toMatchObject({ status: 'throttled' });
    expect(outcomeOf(throttled(HOUR_MS + 1))).toMatchObject({ status: 'dead' });
    const late = { throttledMs: HOUR_MS - 5_000 };
    expect(outcomeOf(throttled(10_000), late)).toMatchObject({ status: 'dead' });
  });

  it('is dead at once where it would expire before it runs again', () => {
    const expiring = { expiresInMs: 10_000, runningMs: 2_000 };
    expect(outcomeOf(throttled(8_000), expiring)).toMatchObject({ status: 'throttled' });
    expect(outcomeOf(throttled(8_001), expiring)).toMatchObject({ status: 'dead' });
  });

  it('is bounded as its policy says, and a failure like any other where that is 0', () => {
    const brief = { ...DEFAULT_RETRY_POLICY, throttledForMs: 1_000 };
    expect(outcomeOf(throttled(1_001), { retry: brief })).toMatchObject({ status: 'dead' });
    const off = { ...DEFAULT_RETRY_POLICY, throttledForMs: 0 };
    expect(outcomeOf(throttled(10), { retry: off })).toMatchObject({ status: 'retry' });
  });

  it('does not apply to an error that is not retryable, or to a full queue', () => {
    const invalid = new ValidationError({ what: 'data', issues: [] });
    const final = Object.assign(invalid, { retryAfterMs: 10 });
    expect(outcomeOf(final)).toMatchObject({ status: 'dead' });
    expect(outcomeOf(new QueueFullError({ queue: 'a:b:free', limit: 1 }))).toMatchObject({
      status: 'retry',
    });
  });

  it('is a failure where its error cannot be read', () => {
    const hostile = Object.defineProperty(new Error('no'), 'retryAfterMs', {
      get: () => {
        throw new Error('hostile getter');
      },
    });
    expect(outcomeOf(hostile)).toMatchObject({ status: 'retry' });
  });
});

describe('an attempt without a handler', () => {
  const unknown = new UnknownActionError({ actionType: 'a.b', domain: 'a' });
  const here = { unhandledForMs: 300_000 };

  it('waits some seconds for a worker that has one, whatever attempts are left', () => {
    const once = { ...DEFAULT_RETRY_POLICY, attempts: 1 };
    const outcome = outcomeOf(unknown, { ...here, retry: once, unhandledMs: 60_000, failures: 2 });
    expect(outcome).toMatchObject({ status: 'unhandled', error: { code: 'UNKNOWN_ACTION' } });
    expect('delayMs' in outcome && outcome.delayMs).toBeGreaterThanOrEqual(2_000);
    expect('delayMs' in outcome && outcome.delayMs).toBeLessThanOrEqual(4_000);
  });

  it('is dead after its bound, however long its handler was throttled before', () => {
    expect(outcomeOf(unknown, { ...here, unhandledMs: 300_000 })).toMatchObject({ status: 'dead' });
    expect(outcomeOf(unknown, { ...here, throttledMs: HOUR_MS })).toMatchObject({
      status: 'unhandled',
    });
    expect(outcomeOf(unknown, { unhandledForMs: 0 })).toMatchObject({ status: 'dead' });
  });

  it('is a failure where a handler throws the same error', () => {
    expect(outcomeOf(unknown)).toMatchObject({ status: 'retry' });
  });
});
