import { isNoobleError } from '../../packages/errors/src/index.ts';
import { timeOf, TIERS } from '../../packages/models/src/index.ts';
import fc from 'fast-check';
import { expect } from 'vitest';
import { checkEntry, lookUpTenant } from '../../packages/queue/src/admission/directory.ts';
import { resolveEnqueueOptions } from '../../packages/queue/src/admission/enqueue-options.ts';
import { fuzz, resultOr } from './fuzz.ts';
import { spoiled, value } from './hostile.ts';

fuzz('a time is valid and within its range, or refused', value, (make) => {
  const ms = resultOr('INVALID_ACTION', () => timeOf('runAt', make()));
  if (ms !== undefined) expect(new Date(ms).toISOString()).toMatch(/^\d{4}-/);
});

const options = { idempotencyKey: 'k', delayMs: 1, expiresInMs: 1, retainMs: 1, cost: 1 };

fuzz(
  'the options of an action are numbers that a script can read, or refused',
  fc.oneof(spoiled(options, value), spoiled({ runAt: new Date(0) }, value)),
  (make) => {
    const resolved = resultOr('INVALID_ACTION', () => resolveEnqueueOptions(make()));
    if (!resolved) return;
    for (const each of [resolved.runAtMs, resolved.expiresInMs, resolved.retainMs])
      expect(Number.isSafeInteger(each)).toBe(true);
    expect(resolved.cost).toBeGreaterThan(0);
    expect(resolved.onceHash).toMatch(/^(-|[0-9a-f]{64})$/);
  },
);

const limits = { perMinute: 1, perDay: null, maxDepth: 0, maxActive: 1, onLimit: 'delay' };
const entry = fc.oneof(
  value,
  spoiled({ tier: 'free', weight: 1, suspended: false, limits }, value),
  spoiled(limits, value).map((make) => () => ({ tier: 'free', limits: make() })),
);

fuzz('a directory entry is usable by a script, or refused', entry, async (make) => {
  const asked = { tenantId: 'acme', tenantTier: 'free' } as never;
  const given = make() as never;
  const resolve = (): never => given;
  try {
    const resolved = await lookUpTenant('acme', { resolve });
    checkEntry(asked, resolved);
    expect(TIERS).toContain(resolved.tier);
    const { weight = 1, limits: own = {} } = resolved;
    expect(weight).toBeGreaterThan(0);
    for (const limit of [own.perMinute, own.perDay, own.maxDepth, own.maxActive])
      expect(limit === null || limit === undefined || Number.isSafeInteger(limit)).toBe(true);
  } catch (error) {
    if (!isNoobleError(error)) throw error;
  }
});
