import { RateLimitError } from '@nooble/errors';
import { expect, it } from 'vitest';
import { giveUp, GiveUp, retryLater } from './control.ts';

it('retryLater refuses a delay that is no duration', () => {
  expect(() => retryLater(-1)).toThrow(RangeError);
  expect(() => retryLater(Number.NaN)).toThrow(RangeError);
  expect(() => retryLater(1e300)).toThrow(RangeError);
});

it('retryLater refuses options that cannot be, and names them', () => {
  expect(() => retryLater(1, { hold: 'everybody' as never })).toThrow(
    'Cannot use "everybody" as hold',
  );
  expect(() => retryLater(1, { counts: 0 as never })).toThrow('Cannot use 0 as counts');
  expect(thrownBy(() => retryLater(1, { hold: 'action' }))).toMatchObject({ counts: true });
});

it('retryLater keeps its reason, alone or among its options', () => {
  expect(thrownBy(() => retryLater(1, 'soon'))).toMatchObject({ message: 'soon', counts: true });
  const options = { reason: 'soon', counts: false };
  expect(thrownBy(() => retryLater(1, options))).toMatchObject({ message: 'soon', counts: false });
});

it('retryLater waits for whole milliseconds, and no shorter than asked', () => {
  expect(thrownBy(() => retryLater(0.5))).toMatchObject({ delayMs: 1 });
});

it('giveUp keeps the code of the error it is given, and is never retryable', () => {
  const facts = { tenantId: 'acme', domain: 'llm', limit: 1, retryAfterMs: 1, resetAt: '' };
  const error = new RateLimitError({ ...facts, window: 'day' });
  const thrown = thrownBy(() => giveUp(error));
  expect(thrown).toBeInstanceOf(GiveUp);
  expect((thrown as GiveUp).toWire()).toMatchObject({ code: 'RATE_LIMIT', retryable: false });
});

function thrownBy(run: () => never): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
