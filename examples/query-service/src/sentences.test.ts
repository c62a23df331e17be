import { expect, it } from 'vitest';
import { sentencesOf } from './sentences.ts';

it('splits prose at the ends of sentences, across lines', () => {
  expect(sentencesOf('The first sentence\nis here. The second one follows it.')).toEqual([
    'The first sentence is here.',
    'The second one follows it.',
  ]);
});

it('omits headings, code and tables', () => {
  const text = [
    '# A heading that is long enough',
    '```\nconst code = "is no sentence at all";\n```',
    '| a cell of a table | another cell of it |\n| --- | --- |',
    'a cell without | an outer bar of | its own',
    'Only this sentence is left.',
    'The rest of a cell that was cut. |',
  ].join('\n');
  expect(sentencesOf(text)).toEqual(['Only this sentence is left.']);
});

it('removes Markdown markup and keeps its text', () => {
  const text =
    '![badge](https://x/y.svg) The [**tenant** id](docs/a.md) is `a_b`, not _c_ (see [more][1]).\n\n[1]: http://x';
  expect(sentencesOf(text)).toEqual(['The tenant id is a_b, not c (see more).']);
});

it('treats every list item separately', () => {
  expect(sentencesOf('They are:\n- the first of all items\n- the second of all items')).toEqual([
    'the first of all items',
    'the second of all items',
  ]);
});
