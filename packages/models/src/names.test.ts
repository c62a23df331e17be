import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertActionId,
  assertDomain,
  assertTenantId,
  domainOf,
  isActionId,
  isActionType,
  isDomain,
  isTenantId,
} from './names.ts';
import {
  formatInboxName,
  formatQueueName,
  isQueueName,
  parseInboxName,
  parseQueueName,
} from './queue-name.ts';
import { TIERS } from './tiers.ts';

const HOSTILE = [
  '',
  ':',
  'a:b',
  '{a}',
  'a}',
  'a*',
  'a b',
  'ä',
  'a\n',
  '\0',
  '__proto__\n',
  '-a',
  'a'.repeat(200),
];

describe('names that become parts of keys', () => {
  it.each(HOSTILE)('are refused when hostile: %j', (name) => {
    expect([isDomain(name), isTenantId(name), isActionId(name), isActionType(`${name}.x`)]).toEqual(
      [false, false, false, false],
    );
    for (const check of [assertDomain, assertTenantId, assertActionId]) {
      expect(() => check(name)).toThrow('not a valid');
    }
  });

  it('never contain what could reach a neighbouring key', () => {
    const passed = fc
      .string()
      .filter((name) => isDomain(name) || isTenantId(name) || isActionId(name));
    fc.assert(
      fc.property(passed, (name) => !/[:{}*\s]/.test(name)),
      { numRuns: 50 },
    );
  });

  it('must be text', () => {
    expect([isDomain(1), isTenantId(null), isActionId(undefined), isActionType({})]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('take the domain from an action type', () => {
    expect(domainOf('query.embedding.generate.result')).toBe('query');
    expect(() => domainOf('query')).toThrow('action type');
  });
});

describe('a logical queue name', () => {
  it('is domain, tenant and tier', () => {
    const parts = { domain: 'embedding', tenantId: 'tenant123', tier: 'professional' } as const;
    expect(formatQueueName(parts)).toBe('embedding:tenant123:professional');
    expect(parseQueueName('embedding:tenant123:professional')).toEqual(parts);
  });

  it('comes back from its text whatever the names', () => {
    const names = fc.record({
      domain: fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/),
      tenantId: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,20}$/),
      tier: fc.constantFrom(...TIERS),
    });
    fc.assert(
      fc.property(names, (parts) => {
        expect(parseQueueName(formatQueueName(parts))).toEqual(parts);
      }),
    );
  });

  it.each([
    '',
    'embedding',
    'embedding:t',
    'embedding:t:gold',
    'embedding:t:free:x',
    'E:t:free',
    'e:{t}:free',
  ])('is refused when malformed: %j', (name) => {
    expect(() => parseQueueName(name)).toThrow('does not name a queue');
    expect(isQueueName(name)).toBe(false);
  });

  it('refuses to be formatted from hostile parts', () => {
    expect(() => formatQueueName({ domain: 'a:b', tenantId: 't', tier: 'free' })).toThrow(
      'does not name a queue',
    );
  });
});

describe('the name of an inbox', () => {
  it('carries an id', () => {
    expect(parseInboxName(formatInboxName('p1.7'))).toBe('p1.7');
    expect(() => parseInboxName('inbox:{x}')).toThrow('does not name an inbox');
  });
});
