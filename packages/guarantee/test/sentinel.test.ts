import { expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../src/schedule/random.ts';
import { ProcessGroup } from '../src/scenario/process-group.ts';
import { startSentinel } from '../src/target/sentinel.ts';

it('a worker consumes from the new primary after each kind of failover', async () => {
  const target = await startSentinel();
  onTestFinished(async () => target.close());
  const random = seededRandom(1);
  const { signal } = new AbortController();
  const group = await ProcessGroup.open({ target, prefix: 'failover', random, signal }, 1_000);
  onTestFinished(async () => group.close());
  const worker = group.start('worker');
  group.start('caller');
  group.start('producer', { restMs: 50 });
  expect(await group.beganAfter(worker, 0, 20_000)).toBeDefined();
  for (const fault of target.lastingFaults) {
    await fault.inject();
    expect(await group.beganAfter(worker, Date.now(), fault.limitMs)).toBeDefined();
  }
}, 120_000);
