import { expect, it } from 'vitest';
import { actionOf, openQueue } from './fixture.ts';

const forMs = 60_000;

it('one process reports a domain, until it has not reported for its time', async () => {
  const { queues } = openQueue();
  await queues.enqueue(actionOf());
  const report = await queues.report('embedding', { process: 'one', forMs });
  expect(report).toMatchObject({ tiers: { professional: { waiting: 1 } }, workers: 0 });
  expect(report?.weights.enterprise).toBeGreaterThan(report?.weights.free ?? Infinity);
  expect(await queues.report('embedding', { process: 'two', forMs })).toBeUndefined();
  expect(await queues.report('embedding', { process: 'one', forMs: 1 })).toBeDefined();
  const takenOver = async () => queues.report('embedding', { process: 'two', forMs });
  await expect.poll(takenOver).toBeDefined();
});

it('one domain has its own reporter', async () => {
  const { queues } = openQueue();
  await queues.report('embedding', { process: 'one', forMs });
  expect(await queues.report('query', { process: 'two', forMs })).toBeDefined();
});

it.each([
  { process: 'a b', forMs },
  { process: '', forMs },
  { process: 'one', forMs: 0 },
])('refuses %o', async (options) => {
  const { queues } = openQueue();
  await expect(queues.report('embedding', options)).rejects.toThrow(RangeError);
});
