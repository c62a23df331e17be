import type { DomainAction } from '@nooble/models';
import type { DomainQueueManager } from '@nooble/queue';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { AttemptContext, type ContextParts } from './context.ts';

function newContext() {
  const makeLogger = vi.fn(() => pino({ enabled: false }));
  const within = vi.fn(() => ({}) as DomainQueueManager);
  const parts = {
    attempt: 1,
    deadlineMs: () => Date.UTC(2026, 0, 1),
    makeLogger,
    isLastAttempt: () => false,
    emit: async () => undefined,
    onTrace: () => undefined,
    journal: {} as ContextParts['journal'],
    running: {
      token: '1',
      expiresMs: undefined,
      leftMs: () => Number.POSITIVE_INFINITY,
      isCancelled: () => false,
      assertRuns: () => undefined,
    },
  };
  const context = new AttemptContext({ ...parts, action: {} as DomainAction, queues: { within } });
  return { ctx: context, makeLogger, makeQueues: within };
}

describe('the context of an attempt', () => {
  it('shows an abort to a handler that looks at its signal only afterwards', () => {
    const { ctx } = newContext();
    const reason = new Error('too late');
    ctx.abort(reason);
    expect(ctx.signal.aborted).toBe(true);
    expect(ctx.signal.reason).toBe(reason);
  });

  it('keeps the first reason of an abort', () => {
    const { ctx } = newContext();
    const { signal } = ctx;
    const reason = new Error('first');
    ctx.abort(reason);
    ctx.abort(new Error('second'));
    expect(signal.reason).toBe(reason);
    expect(ctx.abortedBy).toBe(reason);
  });

  it('makes logger and queues once, when they are first used', () => {
    const { ctx, makeLogger, makeQueues } = newContext();
    expect(makeLogger).not.toHaveBeenCalled();
    expect(ctx.logger).toBe(ctx.logger);
    expect(ctx.queues).toBe(ctx.queues);
    expect(makeLogger).toHaveBeenCalledOnce();
    expect(makeQueues).toHaveBeenCalledOnce();
  });

  it('returns its deadline as a date', () => {
    expect(newContext().ctx.deadline.toISOString()).toBe('2026-01-01T00:00:00.000Z');
  });
});
