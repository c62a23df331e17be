import { expect, it } from 'vitest';
import { recite, standInAnswer } from './stand-in-answer.ts';

const { signal } = new AbortController();
const SOURCES =
  '[1] Apples\nApples grow on trees in an orchard.\n\nThey are red.\n\n[2] Ships\nShips cross the sea in a week.';
const prompt = (question: string, sources = SOURCES): string =>
  `${sources}\n\nQuestion: ${question}`;

it('answers with the sentences of the numbered sources that match the question', async () => {
  const answer = await standInAnswer(prompt('What do ships cross?'), signal);
  expect(answer).toBe('Ships cross the sea in a week. [2]');
});

it('says so if the sources contain no answer', async () => {
  expect(await standInAnswer(prompt('Why?', ''), signal)).toContain('contains no answer');
});

it('recites 40 words of the sources, again from the beginning if they are short', async () => {
  const answer = await standInAnswer(prompt(recite(40, 'What do ships cross?')), signal);
  expect(answer).toMatch(
    /^Apples grow on trees in an orchard\. .*Ships cross the sea in a week\. Apples/,
  );
  expect(answer.split(' ')).toHaveLength(40);
  expect(await standInAnswer(prompt(recite(3, 'Why?'), ''), signal)).toBe('1, 2, 3,');
  expect(recite(40, 'x'.repeat(2_000))).toHaveLength(2_000);
});
