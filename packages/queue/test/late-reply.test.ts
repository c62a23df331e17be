import { decodeAction } from '@nooble/models';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ActionClient } from '../src/action-client.ts';
import { inboxKey } from '../src/protocol/keys.ts';
import { openQueue, PATIENT } from './fixture.ts';

const NAME = 'gateway-1';

/** Lets the clock of this process run a thousand times as fast. */
function hurry(): void {
  const real = performance.now.bind(performance);
  const started = real();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    return started + 1_000 * (real() - started);
  });
  onTestFinished(() => clock.mockRestore());
}

it('is not lost while it waits in the outbox of its domain, however long that takes', async () => {
  const queue = openQueue();
  const inbox = inboxKey(queue.prefix, NAME);
  const client = new ActionClient({ queues: queue.queues, inbox: NAME });
  onTestFinished(async () => client.close());
  const ref = await queue.enqueue({ replyTo: `inbox:${NAME}` });
  const claimed = await queue.claimOne();
  const action = decodeAction(claimed.envelope);
  // No worker can write to the inbox.
  await queue.redis.command().set(inbox, 'in the way');
  await queue.brokerOf().settle([{ claimed, action, outcome: { status: 'done', result: 5 } }]);
  hurry();
  const looks = vi.spyOn(queue.redis.command(), 'evalsha');
  const resumed = client.resume(ref, { timeoutMs: 3_600_000 });
  resumed.catch(() => undefined);
  await expect.poll(() => looks.mock.calls.length, PATIENT).toBeGreaterThan(3);
  await queue.redis.command().del(inbox);
  await queue.stored.hasten('outbox', 60_000);
  await queue.claim(0);
  expect(await resumed).toBe(5);
});
