import { generateAnswer, indexDocuments } from '@nooble-examples/contracts';
import { expect, it } from 'vitest';
import { answerQueueOf, openStage } from './stage.ts';

const TENANTS = ['acme', 'globex'] as const;

const envelope = (tenantId: string) => ({
  tenantId,
  tenantTier: 'enterprise' as const,
  callbackQueue: answerQueueOf(tenantId),
});

function indexAction(tenantId: string) {
  const text = `The secret of ${tenantId} is the word ${tenantId}-secret, and nobody else may read it.`;
  const documents = [{ id: 'secret', title: 'Secret', text }];
  const data = { collection: 'docs', documents };
  return indexDocuments.create({ ...envelope(tenantId), data });
}

function askAction(tenantId: string) {
  const query = 'What is the secret word?';
  const data = { collection: 'docs', query };
  return generateAnswer.create({ ...envelope(tenantId), data });
}

it('answers two tenants from their own documents only', async () => {
  const { queues, answers, start } = await openStage();
  await start('query-service');
  // Both wait for their vectors at the same time.
  for (const sendBoth of [indexAction, askAction]) {
    for (const tenantId of TENANTS) {
      await queues.enqueue(sendBoth(tenantId));
    }
    await expect
      .poll(async () => (await queues.stats('embedding')).tiers.enterprise.waiting)
      .toBe(TENANTS.length);
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
