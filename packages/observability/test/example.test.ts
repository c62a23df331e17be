import { expect, it } from 'vitest';
import { name } from './example.ts';

it('runs the example of the README', () => {
  expect(name).toBe('messaging_process_duration');
});
