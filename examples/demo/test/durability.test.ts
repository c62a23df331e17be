import { expect, it } from 'vitest';
import { acme, indexAction, openStage, questionAction } from './stage.ts';

const SHORT_LEASE = { LEASE_SECONDS: '1' };
const DOCUMENTS = 40;

it('indexes every document although the embedding service was killed', async () => {
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

it('indexes a large document although the query service was killed while splitting it', async () => {
  const { queues, answers, start } = await openStage();
  const paragraphs = 6_000;
  await start('embedding-service', { ...SHORT_LEASE, DIMENSIONS: '16' });
  const first = await start('query-service', SHORT_LEASE);
  const finished: string[] = [];
  // Some parts have vectors, and the action that requests the others has not finished.
  const midway = new Promise<void>((resolve) => {
    first.events.on('flow', ({ type }) => {
      finished.push(type);
      if (finished.length === 3) resolve();
    });
  });
  await queues.enqueue(indexAction(1, { paragraphs }));
  await midway;
  await first.kill();
  expect(finished).not.toContain('query.index');
  await start('query-service', SHORT_LEASE);
  await expect.poll(() => answers.indexed.length, { timeout: 40_000 }).toBe(1);
  expect(answers.indexed).toMatchObject([
    { status: 'done', result: { documents: 1, passages: paragraphs } },
  ]);
}, 60_000);

it('answers a question that was asked while the embedding service was down', async () => {
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
