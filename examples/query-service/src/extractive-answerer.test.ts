import { expect, it } from 'vitest';
import type { Source } from '@nooble-examples/contracts';
import { ExtractiveAnswerer } from './extractive-answerer.ts';

async function written(question: string, sources: readonly Source[]) {
  const writing = new ExtractiveAnswerer().answer(question, sources);
  const parts: string[] = [];
  let next = await writing.next();
  for (; next.done !== true; next = await writing.next()) parts.push(next.value);
  return { answer: parts.join(''), model: next.value };
}

const source = (text: string) => ({ document_id: 'd', title: 'T', text, score: 0.5 });

it('answers with the sentences that share words with the question, and cites them', async () => {
  const sources = [
    source('# Limits\n\nLunch is at noon every day. Each tenant has a limit per minute.'),
    source('```\nconst tenant = limit;\n```\nTiers decide the limits of tenants.'),
  ];
  const { answer, model } = await written('What limits a tenant?', sources);
  expect(model).toBe('extractive');
  expect(answer).toContain('Each tenant has a limit per minute. [1]');
  expect(answer).toContain('Tiers decide the limits of tenants. [2]');
  expect(answer).not.toMatch(/Lunch|const/);
});

it('says so if there is no answer', async () => {
  const lunch = [source('Lunch is at noon, every day.')];
  for (const [question, sources] of [
    ['Why?', lunch],
    ['Which tenant is served next?', lunch],
    ['When is lunch?', []],
  ] as const) {
    expect(await written(question, sources)).toEqual({
      answer: 'This collection contains no answer to the question.',
      model: 'none',
    });
  }
});

it('weights words that are rare among the sources', async () => {
  const sources = [
    source('A worker runs the actions of its domain. The worker settles the action it has run.'),
    source(
      'When a worker dies, its action is taken back. A worker renews its lease for an action.',
    ),
  ];
  const { answer } = await written('What happens to an action when its worker dies?', sources);
  expect(answer).toMatch(/^When a worker dies, its action is taken back\. \[2\]/);
});
