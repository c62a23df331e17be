import { expect, it } from 'vitest';
import { audit } from './audit.ts';
import { openQueue } from './fixture.ts';

const capped = { tiers: { professional: { maxActive: 1, perMinute: null, perDay: null } } };
const ref = (actionId: string) => ({ domain: 'embedding', actionId });

it('a tenant keeps its cap while nothing but handlers of it wait', async () => {
  const { enqueue, claimOne, journals, stored } = openQueue(capped);
  const claimed = [];
  for (const actionId of ['one', 'two']) {
    await enqueue({ actionId });
    const each = await claimOne();
    expect(await journals.record(each.lease, {}, ['approval'])).toBe('waiting');
    claimed.push(each);
  }
  const [one, two] = claimed;
  if (!one || !two) throw new Error('Two were claimed');
  expect((await journals.resume(one.lease, [])).status).toBe('resumed');
  expect((await journals.resume(two.lease, [])).status).toBe('requeued');
  expect(await audit(stored)).toEqual([]);
});

it('an action whose handler waits does not stall when its worker dies', async () => {
  const { enqueue, claimOne, journals, loseLeases } = openQueue({ worker: { maxStalls: 0 } });
  await enqueue({ actionId: 'one' });
  const { lease } = await claimOne();
  await journals.record(lease, {}, ['approval']);
  await loseLeases();
  expect(await claimOne()).toMatchObject({ stalls: 0, lease: { actionId: 'one' } });
});

it.each(['cancelled', 'not recalled'])(
  'an action does not see the early answers of another one that had its id (%s)',
  async (how) => {
    const { enqueue, claimOne, journals, queues, settle, stored } = openQueue();
    await enqueue({ actionId: 'one' });
    expect(await queues.signal(ref('one'), 'approval', 'secret')).toBe('accepted');
    if (how === 'cancelled') {
      await queues.cancel(ref('one'));
      expect(await stored.hash('journal', 'one')).toEqual({});
    } else await settle(await claimOne(), { status: 'done', result: 1 });
    await enqueue({ actionId: 'one', tenantId: 'other' });
    const { lease } = await claimOne();
    expect([...(await journals.recall(lease))]).toEqual([]);
    expect(await journals.record(lease, {}, ['approval'])).toBe('waiting');
    expect((await journals.resume(lease, ['approval'])).answers.size).toBe(0);
  },
);

it('an early answer is kept until its action ends', async () => {
  const { enqueue, claimOne, journals, queues, stored } = openQueue();
  await enqueue({ actionId: 'one' });
  await queues.signal(ref('one'), 'first', 1);
  expect(await stored.client.pttl(stored.key('journal', 'one'))).toBeGreaterThan(0);
  const { lease } = await claimOne();
  await queues.signal(ref('one'), 'second', 2);
  expect(await stored.client.pttl(stored.key('journal', 'one'))).toBe(-1);
  expect([...(await journals.recall(lease)).keys()]).toEqual(
    expect.arrayContaining(['=first', '=second']),
  );
});
