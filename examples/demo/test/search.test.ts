import { indexDocuments, searchPassages } from '@nooble-examples/contracts';
import { expect, it } from 'vitest';
import { acme, answerQueueOf, openStage, type Stage } from './stage.ts';

const callbackQueue = answerQueueOf('acme');
const DOCUMENTS = {
  apples: 'Apples grow on trees.',
  orchards: 'Apples grow on trees, and so do pears, plums, cherries and many other fruits.',
  ships: 'Ships cross the sea.',
};

async function openIndexed(): Promise<Stage> {
  const stage = await openStage();
  await Promise.all([stage.start('query-service'), stage.start('embedding-service')]);
  const documents = Object.entries(DOCUMENTS).map(([id, text]) => ({ id, title: id, text }));
  const data = { collection: 'docs', documents };
  await stage.queues.enqueue(indexDocuments.create({ ...acme, callbackQueue, data }));
  await expect.poll(() => stage.answers.indexed.length, { timeout: 10_000 }).toBe(1);
  return stage;
}

/** Names and scores of the sources found. */
async function search({ queues, answers }: Stage, more: object): Promise<[string, number][]> {
  const before = answers.found.length;
  const query = 'Apples grow on trees';
  const data = { collection: 'docs', query, ...more };
  await queues.enqueue(searchPassages.create({ ...acme, callbackQueue, data }));
  await expect.poll(() => answers.found.length, { timeout: 10_000 }).toBe(before + 1);
  const answer = answers.found.at(-1);
  if (answer?.status !== 'done') throw new Error('Nothing was answered');
  return answer.result.sources.map(({ document_id, score }) => [document_id, score]);
}

it('finds the requested number of nearest passages, above the threshold and within the filter', async () => {
  const stage = await openIndexed();
  const all = await search(stage, {});
  expect(all.map(([id]) => id).slice(0, 2)).toEqual(['apples', 'orchards']);
  const [[, best], [, second]] = all as [[string, number], [string, number]];
  expect(best).toBeGreaterThan(second);
  expect(await search(stage, { top_k: 1 })).toEqual([['apples', best]]);
  expect(await search(stage, { threshold: (best + second) / 2 })).toEqual([['apples', best]]);
  const filter = { document_ids: ['orchards', 'nowhere'] };
  expect(await search(stage, { filter })).toEqual([['orchards', second]]);
});
