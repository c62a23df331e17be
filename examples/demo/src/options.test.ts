import { expect, it } from 'vitest';
import { readOptions } from './options.ts';

it('has a default question for the Markdown of this repository', () => {
  expect(readOptions([])).toEqual({
    docs: undefined,
    ask: expect.stringMatching(/\?$/) as string,
    full: false,
    help: false,
  });
});

it.each([
  [['--ask', ''], '--ask needs a question'],
  [['--ask', '  '], '--ask needs a question'],
  [['--ask', 'x'.repeat(2_001)], 'at most 2000 characters'],
  [['--docs', ''], '--docs needs a folder'],
  [['--nonsense'], "Unknown option '--nonsense'"],
])('refuses %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(TypeError);
  expect(() => readOptions(args)).toThrow(message);
});
