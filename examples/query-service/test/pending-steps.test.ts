import { randomUUID } from 'node:crypto';
import { RedisPool } from '@nooble/redis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { PendingSteps, type AskedAction } from '../src/pending-steps.ts';

function open(): PendingSteps {
  const redis = new RedisPool({ url: inject('redisUrl') });
  onTestFinished(async () => redis.close());
  return new PendingSteps(redis, `test-${randomUUID()}`);
}

const asked = (tenantId: string): AskedAction => ({
  tenantId,
  actionId: 'same',
  actionType: 'query.index',
  answerQueue: `caller:${tenantId}:free`,
});
const totals = { documents: 1, passages: 2 };

it('does not reset finished parts when indexing starts over after a crash', async () => {
  const pending = open();
  expect(await pending.begin(asked('acme'), ['a', 'b'], totals)).toEqual(new Set(['a', 'b']));
  expect(await pending.finishPart(asked('acme'), 'a')).toBeUndefined();
  expect(await pending.begin(asked('acme'), ['a', 'b'], totals)).toEqual(new Set(['b']));
  expect(await pending.finishPart(asked('acme'), 'b')).toEqual(totals);
  expect(await pending.finishPart(asked('acme'), 'b')).toEqual(totals);
  expect(await pending.begin(asked('acme'), ['a', 'b'], totals)).toEqual(new Set());
});

it('keeps the steps and parts of tenants apart, whatever ids they choose', async () => {
  const pending = open();
  await pending.begin(asked('acme'), ['a'], totals);
  await pending.finishPart(asked('acme'), 'a');
  expect(await pending.begin(asked('globex'), ['a'], totals)).toEqual(new Set(['a']));
  const step = { step: 'passages', asked: asked('acme'), collection: 'c', passages: [] } as const;
  await pending.put('sent', step);
  expect(await pending.get('globex', 'sent')).toBeUndefined();
  await pending.delete('globex', 'sent');
  expect(await pending.get('acme', 'sent')).toEqual(step);
});
