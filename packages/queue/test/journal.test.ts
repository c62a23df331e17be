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

it('a cancelled action does not return to its queue when its handler resumes', async () => {
  const { enqueue, claimOne, journals, queues, settle, stateOf } = openQueue(capped);
  for (const actionId of ['one', 'two']) await enqueue({ actionId });
  const one = await claimOne();
  await journals.record(one.lease, {}, ['approval']);
  await claimOne();
  expect(await queues.cancel(ref('one'))).toBe('cancelling');
  expect((await journals.resume(one.lease, [])).status).toBe('resumed');
  expect(await settle(one, { status: 'cancelled' })).toBe('ok');
  expect(await stateOf('one')).toBeUndefined();
});

it('the idempotency key of a parked action stays when it is cancelled: it has run', async () => {
  const { enqueue, claimOne, journals, queues, settle } = openQueue();
  const options = { idempotencyKey: 'key' };
  await enqueue({ actionId: 'one' }, options);
  const claimed = await claimOne();
  await journals.record(claimed.lease, {}, ['approval']);
  await settle(claimed, { status: 'parked', delayMs: 60_000 });
  expect(await queues.cancel(ref('one'))).toBe('cancelled');
  expect(await enqueue({ actionId: 'two' }, options)).toMatchObject({ status: 'duplicate' });
});

it('a journal does not grow beyond its bounds by one call', async () => {
  const { enqueue, claimOne, journals } = openQueue();
  await enqueue();
  const { lease } = await claimOne();
  const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`n${n}`, 'step']));
  await expect(journals.record(lease, many, [])).rejects.toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    message: expect.stringContaining('1001 names exceed the limit of 1000'),
    details: { names: 1_001, limitNames: 1_000 },
  });
  const large = { one: 'x'.repeat(600_000), two: 'x'.repeat(600_000) };
  await expect(journals.record(lease, large, [])).rejects.toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    message: expect.stringContaining('1200006 bytes exceed the limit of 1048576'),
  });
  expect((await journals.recall(lease)).size).toBe(0);
});

it('a journal full of names has room for the answer to each', async () => {
  const { enqueue, claimOne, journals, queues } = openQueue();
  const { actionId } = await enqueue();
  const { lease } = await claimOne();
  const waits = Object.fromEntries(Array.from({ length: 999 }, (_, n) => [`n${n}`, 'wait 0']));
  await journals.record(lease, { ...waits, one: 'step', '=one': '{}' }, []);
  for (const name of ['n0', 'n998']) {
    expect(await queues.signal(ref(actionId), name, 'yes')).toBe('accepted');
  }
  await expect(queues.signal(ref(actionId), 'another', 'yes')).rejects.toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    message: expect.stringContaining('1001 names exceed the limit of 1000'),
  });
  expect((await journals.recall(lease)).size).toBe(1_003 + 1);
});
