import { StreamGapError, StreamRestartedError, UnknownStreamError } from '@nooble/errors';
import type { CallbackData } from '@nooble/models';
import { isUnavailable } from '@nooble/redis';
import type { ChunkBatch } from '../protocol/chunk-batch.ts';
import type { StreamPage } from '../protocol/operations/follow.ts';
import { formatPosition, type Position } from '../protocol/position.ts';
import { ChunkOrder } from './chunk-order.ts';
import { StreamItems, type StreamItem } from './stream-items.ts';

/** Time without a chunk after which a waiting reader looks into Redis (ms). */
const SILENCE_MS = 1_000;
/** Time after which a reader looks into Redis in any case, which renews its registration (ms). */
const REFRESH_MS = 10_000;
/** Delay between attempts while Redis cannot be reached (ms). */
const RETRY_MS = 200;
/** Maximum number of batches kept while a page is read. */
const MAX_HELD = 64;

/** The stored stream of an action. */
export interface StreamSource {
  readonly domain: string;
  readonly actionId: string;
  /** Reads the page after a place. Throws RedisUnavailableError. */
  read(after: Position): Promise<StreamPage>;
  /** Returns the outcome of an action without a stream; undefined if its domain does not know it. */
  outcome(page: StreamPage): Promise<CallbackData | undefined>;
  /** True if the reader receives the outcome by itself, so that an unknown action may still be sent. */
  readonly isAwaited: boolean;
}

/** The outcome of an action, and the place of its last chunk if it is known. */
export interface StreamOutcome {
  readonly data: CallbackData;
  readonly lastChunk?: Position;
}

interface Waiting {
  readonly resolve: (next: StreamItem | CallbackData) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads the chunks of one action in order, from those received live where they are complete, and otherwise from Redis. A gap in
 * what is stored is an error.
 */
export class StreamReader {
  readonly #source: StreamSource;
  readonly #order: ChunkOrder;
  readonly #items = new StreamItems();
  /** True if chunks are missing that have to be read from Redis. */
  #isBehind: boolean;
  #isReading = false;
  #held: { batch: ChunkBatch; characters: number }[] = [];
  #expected: StreamOutcome | undefined;
  #end: { readonly data: CallbackData } | { readonly error: unknown } | undefined;
  #waiting: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #readAtMs = performance.now();

  /** `after` is a place in the stream of an earlier action; absent for an action that is sent now. */
  constructor(source: StreamSource, after?: Position) {
    this.#source = source;
    this.#order = new ChunkOrder(after);
    this.#isBehind = after !== undefined;
  }

  /** Takes chunks received live; `characters` is their size. */
  deliver(batch: ChunkBatch, characters: number): void {
    if (this.#end) return;
    if (this.#isReading) {
      if (this.#held.length < MAX_HELD) this.#held.push({ batch, characters });
    } else if (this.#isBehind || !this.#items.hasRoom || this.#order.missingBefore(batch) > 0) {
      this.#look();
    } else {
      this.#items.add(this.#order.take(batch), characters);
      this.#serve();
    }
  }

  /** The outcome is known. Returns false if it is that of an attempt which another one has replaced. */
  ended(outcome: StreamOutcome): boolean {
    if (outcome.lastChunk && outcome.lastChunk.attempt < this.#order.position.attempt) return false;
    this.#expected = outcome;
    if (!this.#isReading && this.#hasAll(outcome.lastChunk)) this.#close({ data: outcome.data });
    else this.#look();
    return true;
  }

  /** Ends the stream once the items before have been taken. The first end is kept. */
  fail(error: unknown): void {
    this.#close({ error });
  }

  /** Returns the next item, or the outcome. Throws the error that ended the stream. Call it again once it has resolved. */
  async next(): Promise<StreamItem | CallbackData> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#serve();
      if (!this.#waiting) return;
      if (performance.now() - this.#readAtMs > REFRESH_MS) this.#isBehind = true;
      if (this.#isBehind) void this.#read();
      this.#watch();
    });
  }

  #look(): void {
    this.#isBehind = true;
    if (this.#waiting) void this.#read();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#look();
      if (this.#waiting) this.#watch();
    }, SILENCE_MS);
  }

  /** Reads pages until there is something to take, or nothing more to read. */
  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isBehind && this.#items.isEmpty && !this.#end) {
      try {
        const expected = this.#expected;
        const page = await this.#source.read(this.#order.position);
        await this.#takePage(page);
        // The page may have been read before the last chunks were stored.
        if (this.#expected !== expected) this.#isBehind = true;
        else if (expected && !this.#isBehind) this.#close({ data: this.#confirmed(expected) });
      } catch (error) {
        if (isUnavailable(error))
          await new Promise((resolve) => void setTimeout(resolve, RETRY_MS).unref());
        else this.#close({ error });
      }
    }
    this.#isReading = false;
    for (const { batch, characters } of this.#held.splice(0)) this.deliver(batch, characters);
    this.#serve();
  }

  async #takePage(page: StreamPage): Promise<void> {
    this.#readAtMs = performance.now();
    for (const batch of page.batches) {
      const missing = this.#order.missingBefore(batch);
      if (missing > 0) return this.#close({ error: gapError(this.#source, batch, missing) });
      this.#items.add(this.#order.take(batch), 0);
    }
    this.#isBehind = page.isFull;
    const outcome = page.isFull || this.#expected ? undefined : await this.#outcomeOf(page);
    if (outcome) this.#close({ data: outcome });
  }

  /** Returns the outcome if there is nothing more to read. */
  async #outcomeOf(page: StreamPage): Promise<CallbackData | undefined> {
    if (page.lives || (this.#source.isAwaited && !page.end)) return undefined;
    const outcome = await this.#source.outcome(page);
    if (!outcome && !this.#expected) throw new UnknownStreamError(this.#source);
    return outcome;
  }

  /** The attempt that ended with this outcome stored all its chunks before. If some are gone, others must not replace them. */
  #confirmed({ data, lastChunk }: StreamOutcome): CallbackData {
    if (!lastChunk || this.#hasAll(lastChunk)) return data;
    const { position } = this.#order;
    if (position.attempt > lastChunk.attempt) throw new StreamRestartedError(this.#source);
    const { attempt, sequence } = lastChunk;
    const missing = position.attempt === attempt ? sequence - position.sequence : sequence;
    throw gapError(this.#source, { attempt, first: sequence + 1 }, missing);
  }

  #hasAll(last: Position | undefined): boolean {
    const { attempt, sequence } = this.#order.position;
    return last?.attempt === attempt && last.sequence <= sequence;
  }

  #close(end: { readonly data: CallbackData } | { readonly error: unknown }): void {
    this.#end ??= end;
    this.#serve();
  }

  #serve(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    const item = this.#items.take();
    if (!item && !this.#end) return;
    this.#waiting = undefined;
    clearTimeout(this.#timer);
    if (item) waiting.resolve(item);
    else if (this.#end && 'data' in this.#end) waiting.resolve(this.#end.data);
    else waiting.reject((this.#end as { error: unknown }).error);
  }
}

/** Returns the error for chunks that are gone before the first of a batch. */
function gapError(
  { actionId }: StreamSource,
  { attempt, first }: Omit<ChunkBatch, 'chunks'>,
  missing: number,
): StreamGapError {
  const resumeAfter = formatPosition({ attempt, sequence: first - 1 });
  return new StreamGapError({ actionId, missing, resumeAfter });
}
