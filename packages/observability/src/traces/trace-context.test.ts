import { isSpanContextValid } from '@opentelemetry/api';
import type { DomainAction } from '@nooble/models';
import { expect, it } from 'vitest';
import { acme, generate } from '../../test/stage.ts';
import { continuing, spanContextOf, traceContextOf } from './trace-context.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const actionWith = (metadata: object) => ({ metadata }) as DomainAction;

it('reads and writes a W3C trace context', () => {
  const span = spanContextOf(actionWith({ traceparent, tracestate: 'vendor=1' }));
  expect(span).toMatchObject({ traceFlags: 1, isRemote: true });
  expect(traceContextOf(span!)).toEqual({ traceparent, tracestate: 'vendor=1' });
});

it.each([
  undefined,
  1,
  '',
  'garbage',
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
  `${traceparent}-more`,
  traceparent.toUpperCase(),
])('ignores the traceparent %j', (given) => {
  expect(spanContextOf(actionWith({ traceparent: given }))).toBeUndefined();
});

it.each([1, 'x'.repeat(600), '', '\u0000'])('drops the tracestate %j', (tracestate) => {
  const span = spanContextOf(actionWith({ traceparent, tracestate }));
  expect(span && isSpanContextValid(span)).toBe(true);
  expect(traceContextOf(span!)).toEqual({ traceparent });
});

it('an action continues a span in place of its earlier trace, and keeps its other metadata', () => {
  const span = spanContextOf(actionWith({ traceparent }));
  const metadata = { traceparent: 'earlier', tracestate: 'a=1', note: 1 };
  const action = generate.create({ ...acme, data: 'x', metadata });
  expect(continuing(action, span!).metadata).toEqual({ traceparent, note: 1 });
});

it('without an SDK an action stays as it is', () => {
  const action = actionWith({ traceparent });
  const none = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };
  expect(continuing(action, none)).toBe(action);
});
