import { describe, expect, it } from 'vitest';
import { Prefetch } from './prefetch.ts';

function prefetchAfter(attemptsMs: readonly number[], { prefetch = 16, concurrency = 1 } = {}) {
  const judge = new Prefetch({ prefetch, concurrency });
  for (const tookMs of attemptsMs) judge.note(tookMs);
  return judge;
}

describe('a prefetch', () => {
  it('claims nothing ahead before a handler has returned', () => {
    expect(prefetchAfter([]).most(0)).toBe(0);
  });

  it('claims ahead what the slots finish in 2 ms', () => {
    expect(prefetchAfter([0.5]).most(0)).toBe(4);
    expect(prefetchAfter([2]).most(0)).toBe(1);
    expect(prefetchAfter([1.5], { concurrency: 4 }).most(0)).toBe(5);
  });

  it('stays within its limit, also for handlers that take no measurable time', () => {
    expect(prefetchAfter([0]).most(0)).toBe(16);
    expect(prefetchAfter([0.001], { prefetch: 64 }).most(0)).toBe(64);
    expect(prefetchAfter([0], { prefetch: 0 }).most(0)).toBe(0);
  });

  it('claims nothing ahead for slow handlers, however many slots there are', () => {
    expect(prefetchAfter([200]).most(0)).toBe(0);
    expect(prefetchAfter([200], { concurrency: 1_000 }).most(0)).toBe(0);
  });

  it('stops at the first slow attempt, and resumes after many quick ones', () => {
    const quick = Array<number>(100).fill(0.1);
    expect(prefetchAfter(quick).most(0)).toBe(16);
    expect(prefetchAfter([...quick, 10]).most(0)).toBe(0);
    expect(prefetchAfter([...quick, 10, 0.1, 0.1, 0.1]).most(0)).toBe(0);
    expect(prefetchAfter([...quick, 10, ...quick]).most(0)).toBeGreaterThan(0);
  });

  it('stops while an attempt runs for long that has not ended', () => {
    const judge = prefetchAfter([0.1]);
    expect(judge.most(3)).toBe(0);
    expect(judge.most(1)).toBe(2);
    expect(judge.most(0)).toBe(16);
  });
});
