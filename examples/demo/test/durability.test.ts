import { expect, it } from 'vitest';
import { acme, indexAction, openStage, questionAction } from './stage.ts';

const SHORT_LEASE = { LEASE_SECONDS: '1' };
const DOCUMENTS = 40;

it('has every document indexed although the embedding service was killed in between', async () => {
  const { queues, answers, start } = await openStage();
  await start('query-service', SHORT_LEASE);
  const first = await start('embedding-service', SHORT_LEASE);
  const midway = new Promise<void>((resolve) => {
    let flows = 0;
    first.events.on('flow', () => void (++flows === 10 && resolve()));
  });
  await queues.enqueueMany(Array.from({ length: DOCUMENTS }, (_, number) => indexAction(number)));
  await midway;
  await first.kill();
  expect(answers.indexed.length).toBeLessThan(DOCUMENTS);
  await start('embedding-service', SHORT_LEASE);
  await expect.poll(() => answers.indexed.length, { timeout: 25_000 }).toBe(DOCUMENTS);
  const passages = answers.indexed.map(
    (answer) => answer.status === 'done' && answer.result.passages,
  );
  expect(passages).toEqual(Array.from({ length: DOCUMENTS }, () => 20));
});

it('has large documents indexed although the query service was killed while it cut them up', async () => {
  const { queues, answers, start } = await openStage();
  const env = { ...SHORT_LEASE, PASSAGE_CHARACTERS: '100', CONCURRENCY: '2' };
  await start('embedding-service', SHORT_LEASE);
  const first = await start('query-service', env);
  // Some parts have their vectors, and the action that asks for the others is not finished.
  const midway = new Promise<void>((resolve) => {
    let callbacks = 0;
    first.events.on('flow', ({ type }) => {
      if (type === 'query.embedding.generate.result') callbacks += 1;
      if (callbacks === 3) resolve();
    });
  });
  const actions = [1, 2, 3].map((number) => indexAction(number, { paragraphs: 800 }));
  await queues.enqueueMany(actions);
  await midway;
  await first.kill();
  expect(answers.indexed).toEqual([]);
  const before = await queues.stats('query');
  expect(before.tiers.enterprise.active).toBeGreaterThan(0);
  await start('query-service', env);
  await expect.poll(() => answers.indexed.length, { timeout: 25_000 }).toBe(actions.length);
  for (const answer of answers.indexed) {
    expect(answer).toMatchObject({ status: 'done', result: { documents: 1, passages: 800 } });
  }
}, 60_000);

it('answers a question that was asked while the embedding service was away', async () => {
  const { queues, answers, start } = await openStage();
  const query = await start('query-service');
  const embedding = await start('embedding-service');
  await queues.enqueue(indexAction(7));
  await expect.poll(() => answers.indexed.length, { timeout: 10_000 }).toBe(1);
  await embedding.stop();
  await queues.enqueue(questionAction('What is in part 3?'));
  await expect
    .poll(async () => (await queues.stats('embedding')).tiers[acme.tenantTier].waiting)
    .toBe(1);
  await query.stop();
  await start('query-service');
  await start('embedding-service');
  await expect.poll(() => answers.answered.length, { timeout: 10_000 }).toBe(1);
  expect(answers.answered[0]).toMatchObject({
    status: 'done',
    result: {
      model: 'extractive',
      sources: expect.arrayContaining([expect.anything()]) as unknown,
    },
  });
});
