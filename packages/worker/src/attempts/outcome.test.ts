import {
  QueueFullError,
  RateLimitError,
  ThrottledError,
  UnknownActionError,
  ValidationError,
} from '@nooble/errors';
import type { ClaimedAction } from '@nooble/queue';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRY_POLICY } from '../handlers/backoff.ts';
import { retryLater, type RetryLaterOptions } from '../handlers/control.ts';
import { KeyHeld } from './held-keys.ts';
import { outcomeOfError, type FailedAttempt } from './outcome.ts';

const HOUR_MS = 3_600_000;

type Facts = Partial<ClaimedAction> & Partial<Omit<FailedAttempt, 'claimed' | 'error'>>;

function outcomeOf(error: unknown, facts: Facts = {}) {
  const { retry, runningMs, unhandledForMs, throttleKey, ...claimed } = facts;
  const before = { failures: 0, throttledMs: 0, unhandledMs: 0, ...claimed } as ClaimedAction;
  return outcomeOfError({
    error,
    claimed: before,
    runningMs: runningMs ?? 0,
    retry: retry ?? DEFAULT_RETRY_POLICY,
    unhandledForMs,
    throttleKey,
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
    const error = { code: 'THROTTLED', http_status: 429, message: 'quota', retryable: true };
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

const later = (options: RetryLaterOptions, ms = 5_000) => thrownBy(() => retryLater(ms, options));

function delayOfHeld(restMs: number, facts: Facts = {}) {
  const outcome = outcomeOf(new KeyHeld('m/1', restMs), facts);
  return 'delayMs' in outcome ? outcome.delayMs : outcome.status;
}

describe('a limit that was met', () => {
  it('holds what retryLater names, counted or not', () => {
    const tenant = { hold: { of: 'tenant', forMs: 5_000 } };
    expect(outcomeOf(later({ hold: 'tenant' }))).toMatchObject({ status: 'retry', ...tenant });
    const uncounted = outcomeOf(later({ hold: 'tenant', counts: false }));
    expect(uncounted).toMatchObject({ status: 'throttled', delayMs: 5_000, ...tenant });
    expect(outcomeOf(later({ hold: 'key', key: 'm/1', counts: false }))).toMatchObject({
      hold: { of: 'key', key: 'm/1', forMs: 5_000 },
    });
    const own = outcomeOf(later({ hold: 'key' }), { throttleKey: 'own' });
    expect(own).toMatchObject({ hold: { key: 'own' } });
    expect(outcomeOf(later({ hold: 'action' }), { throttleKey: 'own' })).not.toHaveProperty('hold');
  });

  it('holds the key of the action if the error told for how long', () => {
    const expected = { status: 'throttled', hold: { of: 'key', key: 'm/1', forMs: 10_000 } };
    expect(outcomeOf(throttled(10_000), { throttleKey: 'm/1' })).toMatchObject(expected);
    expect(outcomeOf(throttled(10_000))).not.toHaveProperty('hold');
    expect(outcomeOf(throttled(), { throttleKey: 'm/1' })).not.toHaveProperty('hold');
    expect(outcomeOf(new Error('boom'), { throttleKey: 'm/1' })).not.toHaveProperty('hold');
  });

  it('holds nothing more if it is the limit of a tenant elsewhere, or the key is held already', () => {
    const limit = { tenantId: 'acme', domain: 'other', limit: 1, window: 'minute' } as const;
    const elsewhere = new RateLimitError({ ...limit, retryAfterMs: 1_000, resetAt: '' });
    for (const error of [elsewhere, new KeyHeld('m/1', 1_000)]) {
      const outcome = outcomeOf(error, { throttleKey: 'm/1' });
      expect(outcome).toMatchObject({ status: 'throttled' });
      expect(outcome).not.toHaveProperty('hold');
    }
  });

  it('holds the others for as long as it may, also if its own action is dead of it', () => {
    const outcome = outcomeOf(throttled(2 * HOUR_MS), { throttleKey: 'm/1' });
    expect(outcome).toMatchObject({ status: 'dead', hold: { of: 'key', forMs: HOUR_MS } });
    const expiring = outcomeOf(later({ hold: 'tenant', counts: false }), { expiresInMs: 1_000 });
    expect(expiring).toMatchObject({ status: 'dead', error: { code: 'THROTTLED' } });
    expect(expiring).toMatchObject({ hold: { of: 'tenant', forMs: 5_000 } });
  });

  it('spreads what found its key held over a tenth of the time, within what is left', () => {
    for (let n = 0; n < 50; n += 1) {
      expect(delayOfHeld(10_000)).toBeGreaterThanOrEqual(10_000);
      expect(delayOfHeld(10_000)).toBeLessThanOrEqual(11_000);
      expect(delayOfHeld(HOUR_MS)).toBe(HOUR_MS);
      expect(delayOfHeld(10_000, { expiresInMs: 10_001 })).toBeLessThanOrEqual(10_001);
    }
    expect(delayOfHeld(10_000, { expiresInMs: 9_000 })).toBe('dead');
  });

  it('is an error of the handler if it holds a key without a name', () => {
    const error = { message: expect.stringContaining('names the throttle key') as string };
    expect(outcomeOf(later({ hold: 'key', counts: false }))).toMatchObject({
      status: 'retry',
      error,
    });
  });
});
