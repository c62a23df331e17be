import { expect, it } from 'vitest';
import { actionOf, failure, idsOf, openQueue, tenantsOf, type Queue } from './fixture.ts';

const dead = { status: 'dead', error: failure } as const;

/** Replaces the stored text of an action by a function of it. */
async function spoil(
  { stored }: Queue,
  [table, actionId]: readonly ['actions' | 'run' | 'deaths', string],
  spoiled: (text: string) => string,
): Promise<void> {
  const text = (await stored.hash(table))[actionId] ?? '';
  await stored.client.hset(stored.key(table), actionId, spoiled(text));
}

it.each([
  '',
  'garbage',
  '5  -1',
  'true -1',
  'nan -1',
  'inf -1',
  '-5 -1',
  '0 -1',
  '1e400 -1',
  '1 none',
  '1 nan',
  '1 0',
  '1',
  ' ',
  '1 -1\n',
])('a profile %j of one tenant stops no claim, and counts as none', async (profile) => {
  const queue = openQueue();
  for (const tenantId of ['odd', 'odd', 'innocent']) await queue.enqueue({ tenantId });
  await queue.stored.client.hset(queue.stored.key('profiles'), 'odd', profile);
  const claimed = await queue.claim(3);
  expect(tenantsOf(claimed).toSorted()).toEqual(['innocent', 'odd', 'odd']);
  expect(await queue.settle(claimed[0]!, { status: 'release' })).toBe('ok');
  expect(tenantsOf(await queue.claim(3))).toEqual([claimed[0]!.lease.tenantId]);
});

it.each<[string, (text: string) => string]>([
  ['has no header', () => 'garbage'],
  ['has a header of garbage', (text) => text.replace(/^(\d+) .*/, '$1 garbage')],
  ['has a cost that is no number', (text) => text.replace(/^(\d+) \S+/, '$1 nan')],
  ['has an invalid arrival', (text) => text.replace(/^\d+/, 'x')],
  ['belongs to another tenant', (text) => text.replace(' acme ', ' globex ')],
])('an action whose stored text %s reaches a worker, and holds nobody back', async (_, spoiled) => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await queue.enqueue({ tenantId: 'innocent' });
  await spoil(queue, ['actions', actionId], spoiled);
  const claimed = await queue.claim(3);
  expect(tenantsOf(claimed).toSorted()).toEqual(['acme', 'innocent']);
  const odd = claimed.find(({ lease }) => lease.actionId === actionId)!;
  expect(odd.lease).toMatchObject({ tenantId: 'acme', tier: 'professional' });
  expect(await queue.settle(odd, dead)).toBe('ok');
  const [letter] = await queue.queues.deadLetters('embedding').list();
  expect(letter).toMatchObject({ actionId, tenantId: 'acme', error: failure });
  expect(letter?.envelope).toBe(odd.envelope);
});

it('an end whose retention is beyond all measure is kept for as long as one may ask', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue({}, { retainMs: 1_000 });
  const endless = '9'.repeat(30);
  await spoil(queue, ['actions', actionId], (text) => text.replace(' 1000 -', ` ${endless} -`));
  expect(await queue.queues.cancel({ domain: 'embedding', actionId })).toBe('cancelled');
  expect(await queue.stateOf(actionId)).toBe('cancelled');
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, '5', undefined])(
  'a retry after %o ms, which is no duration, is a retry at once, and spoils no other settlement',
  async (delayMs) => {
    const queue = openQueue();
    const { actionId } = await queue.enqueue();
    await queue.enqueue();
    const [one, other] = await queue.claim(2);
    const retry = { status: 'retry', delayMs: delayMs as number, error: failure } as const;
    const settlements = [
      { claimed: one!, outcome: retry },
      { claimed: other!, outcome: dead },
    ];
    expect([...(await queue.brokerOf().settle(settlements)).values()]).toEqual(['ok', 'ok']);
    expect(idsOf(await queue.claim(2))).toEqual([actionId]);
  },
);

it('an action whose run does not parse starts over, wherever it stands', async () => {
  const queue = openQueue();
  const retried = await queue.enqueue();
  const delayed = await queue.enqueue();
  const active = await queue.enqueue();
  for (const claimed of await queue.claim(2))
    await queue.settle(claimed, { status: 'retry', delayMs: 60_000, error: failure });
  await queue.claim(1);
  for (const { actionId } of [retried, delayed, active])
    await spoil(queue, ['run', actionId], () => 'garbage');
  await queue.stored.hasten('delayed', 120_000);
  await queue.loseLeases();
  await queue.loseLeases();
  const claimed = await queue.claim(5, { maxStalls: 5 });
  expect(idsOf(claimed).toSorted()).toEqual(
    [retried, delayed, active].map(({ actionId }) => actionId).toSorted(),
  );
  expect(claimed.every(({ lease }) => lease.tenantId === 'acme')).toBe(true);
});

it('a waiting action whose run was spoiled is handed out again', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await queue.settle(await queue.claimOne(), { status: 'release' });
  await spoil(queue, ['run', actionId], () => '0 9 acme x');
  expect((await queue.claimOne()).lease).toMatchObject({ actionId, tenantId: 'acme' });
});

it('a run that does not parse is not settled, and keeps no other settlement back', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await queue.enqueue({ tenantId: 'innocent' });
  const claimed = await queue.claim(2);
  await spoil(queue, ['run', actionId], (text) => text.replace(/ 0 0 0 .*$/, ' garbage'));
  const settlements = claimed.map((each) => ({ claimed: each, outcome: dead }));
  const answers = await queue.brokerOf().settle(settlements);
  expect(new Set(answers.values())).toEqual(new Set(['already', 'ok']));
});

it.each<[string, 'actions' | 'run' | 'deaths', string]>([
  ['envelope', 'actions', 'garbage'],
  ['envelope', 'actions', '1 1 0 9 acme 0 0 -\n{"action_id":{"toString":1},"callback_queue":{}}'],
  ['run', 'run', 'garbage'],
  ['error', 'deaths', '5'],
  ['error', 'deaths', '{"code":{"toString":1}}'],
  ['error', 'deaths', ''],
])('a dead letter whose %s is garbage (%s) is listed like the others', async (_, table, text) => {
  const queue = openQueue();
  const letters = queue.queues.deadLetters('embedding');
  const { actionId } = await queue.enqueue();
  await queue.enqueue({ tenantId: 'innocent' });
  for (const claimed of await queue.claim(2)) await queue.settle(claimed, dead);
  await spoil(queue, [table, actionId], () => text);
  expect((await letters.list()).map((letter) => letter.actionId)).toContain(actionId);
  expect(await letters.list()).toHaveLength(2);
  expect(await queue.stateOf(actionId)).toBe('dead');
  expect(await letters.redrive({ all: true })).toBe(2);
  expect(idsOf(await queue.claim(5))).toContain(actionId);
});

it('an envelope whose fields are objects is listed with its text, and without an action', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await queue.settle(await queue.claimOne(), dead);
  const odd = '{"__proto__":null,"action_id":{"toString":1},"callback_queue":{"toString":1}}';
  await spoil(queue, ['actions', actionId], (text) => text.replace(/\n.*/, `\n${odd}`));
  const [letter] = await queue.queues.deadLetters('embedding').list();
  expect(letter).toMatchObject({ actionId, envelope: odd });
  expect(letter).not.toHaveProperty('action');
});

it.each([0, 1.5, Number.NaN, '5', [5]])('a page of %o letters is refused', async (limit) => {
  const letters = openQueue().queues.deadLetters('embedding');
  await expect(letters.list({ limit: limit as number })).rejects.toThrow(
    'as limit: expected a whole number',
  );
});

it('an id that is taken by an action whose header does not parse is refused', async () => {
  const queue = openQueue();
  const { actionId } = await queue.enqueue();
  await spoil(queue, ['actions', actionId], () => 'garbage');
  await expect(queue.queues.enqueue(actionOf({ actionId }))).rejects.toMatchObject({
    code: 'TENANT_MISMATCH',
  });
});
