import { expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../src/random.ts';
import { Scene } from '../src/scene.ts';
import { startSentinel } from '../src/topologies/sentinel.ts';

it('goes on with another primary after each kind of failover', async () => {
  const target = await startSentinel();
  onTestFinished(async () => target.close());
  const random = seededRandom(1);
  const { signal } = new AbortController();
  const scene = await Scene.open({ target, prefix: 'failover', random, signal }, 1_000);
  onTestFinished(async () => scene.close());
  const worker = scene.start('worker');
  scene.start('caller');
  scene.start('producer', { restMs: 50 });
  expect(await scene.beganAfter(worker, 0, 20_000)).toBeDefined();
  for (const fault of target.lastingFaults) {
    await fault.strike();
    expect(await scene.beganAfter(worker, Date.now(), fault.limitMs)).toBeDefined();
  }
}, 120_000);
