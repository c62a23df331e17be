import { PostgresUnavailableError } from '@nooble/errors';
import type { EndingsBatch } from '@nooble/queue';
import { expect, it } from 'vitest';
import { DomainRecorder } from '../src/recording/domain-recorder.ts';
import { readRecording } from '../src/recording/recorder-options.ts';
import { batchOf, DOMAIN, endingOf } from './recorded-queue.ts';

const away = new PostgresUnavailableError({ attempted: 'record endings', reason: 'away' });

it('waits longer after each failure of PostgreSQL, also while reads of Redis succeed', async () => {
  const stopping = new AbortController();
  const waits: number[] = [];
  let reads = 0;
  const unfinished = deferred<EndingsBatch[]>();
  const read = async (): Promise<EndingsBatch[]> => {
    reads += 1;
    if (reads === 1) return [batchOf(endingOf())];
    return unfinished.promise;
  };
  const queues = { endings: () => ({ read }) } as never;
  const writer = { write: async () => Promise.reject(away) } as never;
  const seen: string[] = [];
  const recorder = new DomainRecorder({
    domain: DOMAIN,
    options: readRecording({ queues, domains: [DOMAIN] }),
    writer,
    stopping: stopping.signal,
    onRecorded: () => expect.unreachable('nothing can be stored'),
    onState: (server, error) => seen.push(`${server} ${error === undefined ? 'works' : 'fails'}`),
    onCurrent: () => expect.unreachable('nothing is stored'),
    wait: async (ms) => {
      waits.push(ms);
      if (waits.length === 8) unfinished.resolve([]);
      if (waits.length === 12) stopping.abort();
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
  await recorder.run();
  expect(waits).toHaveLength(12);
  // The longest wait is 10 s, of which at least a half is kept.
  expect(waits.slice(7).filter((ms) => ms < 5_000)).toEqual([]);
  expect(seen.filter((each) => each === 'redis works')).toHaveLength(2);
  expect(seen.filter((each) => each === 'postgres fails')).toHaveLength(13);
});

function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
