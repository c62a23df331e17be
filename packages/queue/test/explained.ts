import { expect } from 'vitest';
import type { WorkerLoad } from '../src/broker.ts';
import type { Explanation } from '../src/inspection/explanation.ts';
import { openQueue, type QueueOptions } from './fixture.ts';

export const IDLE: WorkerLoad = { concurrency: 4, running: 0, version: '1.2.3' };

/** A queue with a live worker that has free slots, so that only the reason under test remains. */
export async function openServed(options: QueueOptions = {}, load = IDLE) {
  const queue = openQueue(options);
  const worker = queue.brokerOf();
  await worker.claim({ slots: 0, load });
  return { ...queue, worker };
}

export const kindsOf = ({ reasons }: Pick<Explanation, 'reasons'>): string[] =>
  reasons.map(({ kind }) => kind);

/** Expects these reasons and no other, and a sentence that matches. */
export function expectExplained(
  explanation: Explanation,
  reasons: readonly object[],
  text: RegExp,
): void {
  expect(explanation.reasons).toMatchObject(reasons);
  expect(explanation.reasons).toHaveLength(reasons.length);
  expect(explanation.text).toMatch(text);
}
