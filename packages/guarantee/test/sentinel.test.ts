import { expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../src/schedule/random.ts';
import { ProcessGroup } from '../src/scenario/process-group.ts';
import { startSentinel } from '../src/target/sentinel.ts';
import { beganAfter } from '../src/scenario/recorded.ts';

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
  expect(await beganAfter(group, { worker, since: 0, timeoutMs: 20_000 })).toBeDefined();
  for (const fault of target.lastingFaults) {
    await fault.inject();
    expect(
      await beganAfter(group, { worker, since: Date.now(), timeoutMs: fault.limitMs }),
    ).toBeDefined();
  }
}, 120_000);
