import { getEventListeners } from 'node:events';
import { defineAction } from '@nooble/models';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionClient } from '../src/action-client.ts';
import { onAbort } from '../src/timing/on-abort.ts';
import { openQueue } from './fixture.ts';

const ask = defineAction('embedding.ask', { data: z.string(), result: z.string() });
const input = { tenantId: 'acme', tenantTier: 'free', data: 'hello' } as const;

/** Collects the warnings of Node from now on. Node emits them in the next turn of the event loop. */
function warnings(): () => Promise<string[]> {
  const heard: string[] = [];
  const hear = ({ name, message }: Error): void => void heard.push(`${name}: ${message}`);
  process.on('warning', hear);
  onTestFinished(() => void process.off('warning', hear));
  return async () => {
    await new Promise((resolve) => void setImmediate(resolve));
    return heard;
  };
}

it('lets 30 requests share a signal of the caller without a warning, and leaves no listener behind', async () => {
  const heard = warnings();
  const { queues } = openQueue();
  const client = new ActionClient({ queues });
  const caller = new AbortController();
  const requests = Array.from({ length: 30 }, async () =>
    client.request(ask, input, { signal: caller.signal }),
  );
  const settled = Promise.allSettled(requests);
  const reason = new Error('gone');
  caller.abort(reason);
  expect(await settled).toEqual(requests.map(() => ({ status: 'rejected', reason })));
  expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  expect(await heard()).toEqual([]);
});

it('lets go of a closed client, and closes 30 with their manager without a warning', async () => {
  const heard = warnings();
  const { queues } = openQueue();
  for (let n = 0; n < 30; n += 1) await new ActionClient({ queues }).close();
  expect(getEventListeners(queues.closed, 'abort')).toEqual([]);
  const clients = Array.from({ length: 30 }, () => new ActionClient({ queues }));
  expect(getEventListeners(queues.closed, 'abort')).toHaveLength(1);
  await queues.close();
  const after = clients.map(async (client) => client.request(ask, input));
  for (const request of after) {
    await expect(request).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
  }
  expect(await heard()).toEqual([]);
});

it('waits on 64 partitions without a warning', async () => {
  const heard = warnings();
  const { queues, brokerOf } = openQueue();
  await queues.setPartitions('embedding', 64);
  const broker = brokerOf();
  await broker.claim({ slots: 0 });
  const stop = new AbortController();
  const waits = [1, 2, 3].map(async () =>
    broker.waitForWork({ timeoutMs: 5_000, signal: stop.signal }),
  );
  // All of them are waiting, whether there was a token or not.
  await Promise.resolve();
  stop.abort();
  await Promise.all(waits);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  expect(await heard()).toEqual([]);
});

it('calls each that waits for a signal once, and none that was called off', () => {
  const source = new AbortController();
  const called: string[] = [];
  const ignore = onAbort(source.signal, () => called.push('first'));
  onAbort(source.signal, () => called.push('second'));
  ignore();
  ignore();
  source.abort();
  source.abort();
  expect(called).toEqual(['second']);
});
