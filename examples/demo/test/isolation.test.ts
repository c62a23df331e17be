import { generateAnswer, indexDocuments } from '@nooble-examples/contracts';
import { expect, it } from 'vitest';
import { answerQueueOf, openStage } from './stage.ts';

const TENANTS = ['acme', 'globex'] as const;

const envelope = (tenantId: string, actionId: string) => ({
  tenantId,
  tenantTier: 'enterprise' as const,
  actionId,
});

function indexAction(tenantId: string) {
  const text = `The secret of ${tenantId} is the word ${tenantId}-secret, and nobody else may read it.`;
  const documents = [{ id: 'secret', title: 'Secret', text }];
  const data = { collection: 'docs', documents, answer_queue: answerQueueOf(tenantId) };
  return indexDocuments.create({ ...envelope(tenantId, 'index-1'), data });
}

function askAction(tenantId: string) {
  const query = 'What is the secret word?';
  const data = { collection: 'docs', query, answer_queue: answerQueueOf(tenantId) };
  return generateAnswer.create({ ...envelope(tenantId, 'ask-1'), data });
}

it('answers two tenants with the same action ids from their own documents only', async () => {
  const { queues, answers, start } = await openStage();
  const query = await start('query-service');
  const finished: string[] = [];
  query.events.on('flow', ({ type, tenantId }) => finished.push(`${type} ${tenantId}`));
  // Both wait for their vectors at the same time.
  for (const sendBoth of [indexAction, askAction]) {
    for (const tenantId of TENANTS) {
      const action = sendBoth(tenantId);
      await queues.enqueue(action);
      await expect.poll(() => finished).toContain(`${action.actionType} ${tenantId}`);
    }
    const embedding = await start('embedding-service');
    const received = sendBoth === indexAction ? answers.indexed : answers.answered;
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(2);
    await embedding.stop();
  }
  for (const answer of [...answers.indexed, ...answers.answered]) {
    expect(answer.status).toBe('done');
  }
  for (const { tenantId, ...answer } of answers.answered) {
    const sources = answer.status === 'done' ? answer.result.sources : [];
    expect(sources.map(({ text }) => text)).toEqual([
      expect.stringContaining(`${tenantId}-secret`) as string,
    ]);
  }
  expect(answers.answered.map(({ tenantId }) => tenantId).toSorted()).toEqual([...TENANTS]);
});
