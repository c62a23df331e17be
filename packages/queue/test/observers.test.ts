import { RateLimitError } from '@nooble/errors';
import { decodeAction, defineAction } from '@nooble/models';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { QueueObserver, ReplyEvent } from '../src/admission/observers.ts';
import type { ClaimedAction } from '../src/broker.ts';
import { ActionClient } from '../src/action-client.ts';
import { actionOf, openQueue, PATIENT } from './fixture.ts';

const traced: QueueObserver = {
  admit: async (action, admit) =>
    admit({ ...action, metadata: { ...action.metadata, traceparent: 'span of the sender' } }),
};

function recorder() {
  const seen: unknown[] = [];
  const observer: QueueObserver = {
    admit: async (action, admit) => {
      const outcome = await admit(action);
      seen.push('status' in outcome ? outcome.status : outcome.name);
      return outcome;
    },
  };
  return { seen, observer };
}

it('an observer runs around each admission and sees its outcome', async () => {
  const tiers = { free: { perMinute: 1 } };
  const { queues } = openQueue({ tiers });
  const { seen, observer } = recorder();
  queues.observers.add(observer);
  const action = actionOf({ tenantTier: 'free' });
  await queues.enqueue(action);
  await queues.enqueue(action);
  await expect(queues.enqueue(actionOf({ tenantTier: 'free' }))).rejects.toThrow(RateLimitError);
  expect(seen).toEqual(['accepted', 'duplicate', 'RateLimitError']);
});

it('an observer may add a trace, also to the children of an action, whose own trace it replaces', async () => {
  const { queues, claim } = openQueue();
  queues.observers.add(traced);
  const parent = actionOf({ metadata: { traceparent: 'span of the parent' } });
  await queues.within(parent).enqueue(actionOf({ taskId: 'other' }));
  const [claimed] = await claim(1);
  expect(JSON.parse(claimed?.envelope ?? '')).toMatchObject({
    task_id: parent.taskId,
    parent_action_id: parent.actionId,
    metadata: { traceparent: 'span of the sender' },
  });
});

it('cannot let a child leave its tenant', async () => {
  const { queues } = openQueue();
  queues.observers.add({
    admit: async (action, admit) => admit({ ...action, tenantId: 'globex' }),
  });
  const child = queues.within(actionOf()).enqueue(actionOf());
  await expect(child).rejects.toMatchObject({ code: 'TENANT_MISMATCH' });
});

it('a removed observer sees nothing, and the envelope is as it was', async () => {
  const { queues, claim } = openQueue();
  queues.observers.add(traced)();
  await queues.enqueue(actionOf());
  const [claimed] = await claim(1);
  expect(JSON.parse(claimed?.envelope ?? '')).toMatchObject({ metadata: {} });
});

const ask = defineAction('embedding.ask', { data: z.unknown(), result: z.unknown() });
const input = { tenantId: 'acme', tenantTier: 'free', data: 1 } as const;

it('reports replies, those that came too late, and requests that were given up', async () => {
  const { queues, claim, brokerOf } = openQueue();
  const replies: ReplyEvent['status'][] = [];
  const dropped: string[] = [];
  queues.observers.add({
    replied: ({ status }) => replies.push(status),
    dropped: (why) => dropped.push(why),
  });
  const claimed: ClaimedAction[] = [];
  const claimNext = async (): Promise<number> => claimed.push(...(await claim(1)));
  const finish = async (one: ClaimedAction) => {
    const outcome = { status: 'done', result: 'yes' } as const;
    await brokerOf().settle([{ claimed: one, action: decodeAction(one.envelope), outcome }]);
  };
  const client = new ActionClient({ queues });
  const answered = client.request(ask, input);
  await expect.poll(claimNext, PATIENT).toBe(1);
  await finish(claimed[0]!);
  expect(await answered).toBe('yes');
  expect(replies).toEqual(['done']);
  const abort = new AbortController();
  const givenUp = client.request(ask, input, { signal: abort.signal });
  await expect.poll(claimNext, PATIENT).toBe(2);
  abort.abort(new Error('gone'));
  await expect(givenUp).rejects.toThrow('gone');
  expect(replies).toEqual(['done', 'abandoned']);
  queues.observers.dropped('late');
  expect(dropped).toEqual(['late']);
});

it('an observer of replies that throws is a warning, and the reply arrives', async () => {
  const warnings: string[] = [];
  const { queues } = openQueue({ onWarning: (warning) => warnings.push(warning) });
  queues.observers.add({
    dropped: () => {
      throw new Error('broken');
    },
  });
  queues.observers.dropped('late');
  expect(warnings).toEqual(['An observer of replies has failed: Error: broken']);
});
