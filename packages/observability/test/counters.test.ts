import { expect, it } from 'vitest';
import { observe } from '../src/observe.ts';
import { openMetered } from './metered-service.ts';
import { acme, generate, openStage } from './stage.ts';

it('two observations of one meter add up, and what was counted before the stop is exposed after it', async () => {
  const { managerOf } = openStage();
  const { meterProvider, series } = openMetered();
  for (const count of [2, 3]) {
    const queues = managerOf();
    const { stop } = observe({ queues, meterProvider });
    for (let sent = 0; sent < count; sent += 1) await queues.tenant(acme).enqueue(generate, 'x');
    stop();
  }
  const [line, ...others] = await series('messaging_client_sent_messages_total');
  expect(line).toMatch(/ 5$/);
  expect(others).toEqual([]);
});
