import { InvalidActionError } from '@nooble/errors';
import { defineAction } from '@nooble/models';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from './handlers/action-processor.ts';
import { resolveOptions } from './options.ts';

const generate = defineAction('embedding.generate', { data: z.object({}) });
const base = {
  domain: 'embedding',
  redis: 'redis://127.0.0.1:6379',
  processor: new ActionProcessor(),
};

describe('the options of a worker', () => {
  it('are completed and frozen', () => {
    const options = resolveOptions({ ...base, tiers: { free: { timeoutMs: 7 } } });
    expect(options).toMatchObject({
      concurrency: 16,
      prefetch: 16,
      graceMs: 25_000,
      timeoutGraceMs: 5_000,
      handleSignals: true,
      retry: { attempts: 3 },
      tiers: { free: { timeoutMs: 7 }, enterprise: { timeoutMs: 300_000 } },
    });
    expect(Object.isFrozen(options)).toBe(true);
  });

  it('name a valid domain', () => {
    expect(() => resolveOptions({ ...base, domain: 'a:b' })).toThrow(InvalidActionError);
  });

  it.each([
    { concurrency: 0 },
    { concurrency: 1.5 },
    { prefetch: -1 },
    { prefetch: 0.5 },
    { prefetch: 65 },
    { graceMs: -1 },
    { timeoutGraceMs: Infinity },
    { graceMs: 1e300 },
  ])('refuse %o', (numbers) => {
    expect(() => resolveOptions({ ...base, ...numbers })).toThrow(RangeError);
  });

  it('refuse every wrong option at once, and names that do not exist', () => {
    const wrong = { concurrency: 0, graceMs: '5', handleSignals: 1, leaseMs: 5, leaseMS: 5 };
    expect(() => resolveOptions({ ...base, ...wrong } as never)).toThrow(
      /^Cannot use 5 as leaseMs: .+ 0 as concurrency: .+ "5" as graceMs: .+ 1 as handleSignals: .+ no option "leaseMS"/,
    );
  });

  it('refuse a handler whose actions never reach the domain', () => {
    const processor = new ActionProcessor().register(generate, () => undefined);
    expect(() => resolveOptions({ ...base, domain: 'query', processor })).toThrow(
      'action type "embedding.generate" never reaches a worker of domain "query"',
    );
  });
});

describe('a processor', () => {
  it('knows its action types, and refuses a second handler for one', () => {
    const processor = new ActionProcessor().register(generate, () => undefined);
    expect(processor.actionTypes).toEqual(['embedding.generate']);
    expect(() => processor.register(generate, () => undefined)).toThrow(InvalidActionError);
  });

  it('refuses an option of a handler that does not exist', () => {
    const options = { atempts: 5 } as never;
    expect(() => new ActionProcessor().register(generate, () => undefined, options)).toThrow(
      'A handler has no option "atempts"',
    );
  });

  it('refuses retry options that cannot work where they are given', () => {
    const processor = new ActionProcessor();
    const options = { attempts: 0 };
    expect(() => processor.register(generate, () => undefined, options)).toThrow(RangeError);
  });
});
