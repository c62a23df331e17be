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
