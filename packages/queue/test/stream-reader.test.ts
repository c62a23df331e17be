import type { CallbackData } from '@nooble/models';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RESTART } from '../src/following/restart.ts';
import { StreamReader, type StreamSource } from '../src/following/stream-reader.ts';
import type { ChunkBatch } from '../src/protocol/chunk-batch.ts';
import type { StreamPage } from '../src/protocol/operations/follow.ts';
import { START, type Position } from '../src/protocol/position.ts';

const DONE = { status: 'done', result: 'the result' } as const;

/** The chunks of an attempt name it and are numbered. */
function batchOf(attempt: number, first: number, count: number): ChunkBatch {
  const chunks = Array.from({ length: count }, (_, at) => `${attempt}-${first + at}`);
  return { attempt, first, chunks };
}

/** The stored stream of an action in memory, as the scripts keep it. */
class Stored implements StreamSource {
  readonly domain = 'model';
  readonly actionId = 'a1';
  isAwaited = false;
  reads = 0;
  /** Pages are small, so that several reads are needed. */
  pageSize = 2;
  lives = true;
  batches: ChunkBatch[] = [];
  end: CallbackData | undefined;

  append(batch: ChunkBatch): void {
    const [{ attempt } = batch] = this.batches;
    this.batches = attempt === batch.attempt ? [...this.batches, batch] : [batch];
  }

  async read(after: Position): Promise<StreamPage> {
    this.reads += 1;
    const isAfter = ({ attempt, first, chunks }: ChunkBatch): boolean =>
      attempt > after.attempt ||
      (attempt === after.attempt && first + chunks.length - 1 > after.sequence);
    const rest = this.batches.filter(isAfter);
    const page = rest.slice(0, this.pageSize);
    const isFull = rest.length > page.length;
    const end = this.end && !isFull && { end: { how: this.end.status, note: '' } };
    return { lives: this.lives, batches: page, isFull, ...end };
  }

  async outcome({ end }: StreamPage): Promise<CallbackData | undefined> {
    return end && this.end;
  }
}

/** Takes items until the end. Returns them with the outcome, or the error. */
async function takeAll(reader: StreamReader) {
  const items: unknown[] = [];
  for (;;) {
    const next = await reader.next();
    if ('status' in next) return { items, data: next };
    items.push(next.value);
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** One step of a writer, of the network or of time. */
type Step =
  | {
      readonly what: 'emit';
      readonly count: number;
      readonly live: 'sent' | 'late' | 'lost' | 'twice';
    }
  | { readonly what: 'attempt' | 'deliver' | 'pause' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    what: fc.constant('emit' as const),
    count: fc.integer({ min: 1, max: 4 }),
    live: fc.constantFrom('sent' as const, 'late' as const, 'lost' as const, 'twice' as const),
  }),
  fc.record({ what: fc.constantFrom('attempt' as const, 'deliver' as const, 'pause' as const) }),
);

/** Emits chunks, of which some reach the reader late, twice or not at all. */
class Writer {
  attempt = 1;
  last = 0;
  readonly late: ChunkBatch[] = [];
  readonly #stored: Stored;
  readonly #reader: StreamReader;

  constructor(stored: Stored, reader: StreamReader) {
    this.#stored = stored;
    this.#reader = reader;
  }

  async act(step: Step): Promise<void> {
    if (step.what === 'emit') return this.#emit(step);
    if (step.what === 'attempt') [this.attempt, this.last] = [this.attempt + 1, 0];
    if (step.what === 'deliver') this.late.splice(0, 2).forEach((each) => this.#deliver(each));
    if (step.what === 'pause') await vi.advanceTimersByTimeAsync(300);
  }

  #emit({ count, live }: Extract<Step, { what: 'emit' }>): void {
    const batch = batchOf(this.attempt, this.last + 1, count);
    this.last += count;
    this.#stored.append(batch);
    if (live === 'late') this.late.unshift(batch);
    if (live === 'sent' || live === 'twice') this.#deliver(batch);
    if (live === 'twice') this.#deliver(batch);
  }

  #deliver(batch: ChunkBatch): void {
    this.#reader.deliver(batch, 10);
  }
}

describe('a reader', () => {
  it('returns no gap, no repetition and no mixture, whatever is lost, late or repeated', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.boolean(),
        fc.boolean(),
        async (steps, isAwaited, isReplyLost) => {
          const stored = new Stored();
          stored.isAwaited = isAwaited;
          const reader = new StreamReader(stored, isAwaited ? undefined : START);
          const taking = takeAll(reader);
          const writer = new Writer(stored, reader);
          for (const each of steps) await writer.act(each);
          const { attempt, last, late } = writer;
          if (last === 0) stored.append({ attempt, first: 1, chunks: [] });
          stored.end = DONE;
          stored.lives = false;
          const lastChunk = { attempt, sequence: last };
          if (!isReplyLost) expect(reader.ended({ data: DONE, lastChunk })).toBe(true);
          late.forEach((batch) => reader.deliver(batch, 10));
          await vi.advanceTimersByTimeAsync(3_000);
          const { items, data } = await taking;
          expect(data).toEqual(DONE);
          expectWhole(items, attempt, last);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads what it missed from Redis at once when the next chunk shows a gap', async () => {
    const stored = new Stored();
    stored.isAwaited = true;
    const reader = new StreamReader(stored);
    const first = reader.next();
    const [one, two] = [batchOf(1, 1, 1), batchOf(1, 2, 1)];
    stored.append(one);
    stored.append(two);
    reader.deliver(two, 1);
    expect(await first).toMatchObject({ value: '1-1' });
    expect(await reader.next()).toMatchObject({ value: '1-2' });
  });

  it('drops what a late consumer does not take, and reads it again from Redis', async () => {
    const stored = new Stored();
    stored.isAwaited = true;
    stored.pageSize = 1_000;
    const reader = new StreamReader(stored);
    for (let at = 0; at < 200; at += 1) {
      const batch = batchOf(1, 100 * at + 1, 100);
      stored.append(batch);
      reader.deliver(batch, 100_000);
    }
    reader.ended({ data: DONE, lastChunk: { attempt: 1, sequence: 20_000 } });
    const { items } = await takeAll(reader);
    expectWhole(items, 1, 20_000);
    expect(stored.reads).toBeGreaterThan(0);
  });

  it('ends with a gap where what it has not read is no longer kept, and says how to go on', async () => {
    const stored = new Stored();
    stored.append(batchOf(1, 6, 2));
    const reader = new StreamReader(stored, { attempt: 1, sequence: 3 });
    await expect(reader.next()).rejects.toMatchObject({
      code: 'STREAM_GAP',
      details: { missing: 2 },
      resumeAfter: '1-5',
    });
    const onward = new StreamReader(stored, { attempt: 1, sequence: 5 });
    expect(await onward.next()).toMatchObject({ value: '1-6' });
  });

  it('ignores the outcome of an attempt that another one has replaced', async () => {
    const stored = new Stored();
    stored.isAwaited = true;
    const reader = new StreamReader(stored);
    reader.deliver(batchOf(2, 1, 1), 1);
    expect(reader.ended({ data: DONE, lastChunk: { attempt: 1, sequence: 1 } })).toBe(false);
    expect(reader.ended({ data: DONE, lastChunk: { attempt: 2, sequence: 1 } })).toBe(true);
    expect(await takeAll(reader)).toEqual({ items: ['2-1'], data: DONE });
  });

  it('never ends with the chunks of another attempt than the one whose outcome it has', async () => {
    const stored = new Stored();
    stored.isAwaited = true;
    const reader = new StreamReader(stored);
    reader.deliver(batchOf(1, 1, 1), 1);
    expect(reader.ended({ data: DONE, lastChunk: { attempt: 1, sequence: 2 } })).toBe(true);
    stored.append(batchOf(2, 1, 1));
    await expect(takeAll(reader)).rejects.toMatchObject({ code: 'STREAM_RESTARTED' });
  });

  it('rejects for an action that its domain does not know', async () => {
    const stored = new Stored();
    stored.lives = false;
    const reader = new StreamReader(stored, START);
    await expect(reader.next()).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
  });
});

/** Expects prefixes of attempts, each later than the one before, and all chunks of the last attempt. */
function expectWhole(items: readonly unknown[], attempt: number, last: number): void {
  const parts: string[][] = [[]];
  for (const item of items) {
    if (item === RESTART) parts.push([]);
    else parts.at(-1)?.push(item as string);
  }
  const attempts = parts.flatMap(([first]) =>
    first === undefined ? [] : [Number(first.split('-')[0])],
  );
  expect(attempts).toEqual([...new Set(attempts)].sort((a, b) => a - b));
  for (const part of parts) {
    const [own] = part[0]?.split('-') ?? [];
    expect(part).toEqual(part.map((_, at) => `${own}-${at + 1}`));
  }
  expect(parts.at(-1)).toEqual(batchOf(attempt, 1, last).chunks);
}
