import { expect, it } from 'vitest';
import { withDeadline } from './deadline.ts';

it('names the awaited subject in its error', async () => {
  const patience = { waitingFor: 'the answer', ms: 5 };
  await expect(withDeadline(patience, async () => new Promise(() => {}))).rejects.toThrow(
    'No progress for 0.005 s while waiting for the answer',
  );
});

it('resolves or rejects with the work', async () => {
  const patience = { waitingFor: 'the answer', ms: 10_000 };
  expect(await withDeadline(patience, async () => 42)).toBe(42);
  const failing = withDeadline(patience, async () => Promise.reject(new Error('broken')));
  await expect(failing).rejects.toThrow('broken');
});
