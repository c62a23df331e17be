import { expect, it } from 'vitest';
import { ExtractiveAnswerer } from './extractive-answerer.ts';

const source = (text: string) => ({ document_id: 'd', title: 'T', text, score: 0.5 });

it('answers with the sentences that share words with the question, and cites them', async () => {
  const sources = [
    source('# Limits\n\nLunch is at noon every day. Each tenant has a limit per minute.'),
    source('```\nconst tenant = limit;\n```\nTiers decide the limits of tenants.'),
  ];
  const { answer, model } = await new ExtractiveAnswerer().answer('What limits a tenant?', sources);
  expect(model).toBe('extractive');
  expect(answer).toContain('Each tenant has a limit per minute. [1]');
  expect(answer).toContain('Tiers decide the limits of tenants. [2]');
  expect(answer).not.toMatch(/Lunch|const/);
});

it('says so when nothing answers', async () => {
  const { answer } = await new ExtractiveAnswerer().answer('Why?', [source('Lunch is at noon.')]);
  expect(answer).toContain('Nothing in this collection');
});
