import { HandlerReturnedError, LeaseLostError, PayloadTooLargeError } from '@nooble/errors';
import { STREAM_LIMITS, type EmittedChunks, type EmitResult, type Lease } from '@nooble/queue';
import { isUnavailable } from '@nooble/redis';
import { atTurnEnd } from '../timing/turn-end.ts';

/** Characters of unstored chunks up to which an emit resolves at once, and up to which chunks are accepted. */
const ROOM = { full: 256 * 1024, most: 16 * 1024 * 1024 };
/** Size of a chunk in addition to its text: tiny chunks occupy memory as well. */
const OVERHEAD = 16;
/** Delays between attempts to store chunks while Redis cannot be reached (ms). */
const RETRY_MS = { first: 50, most: 2_000 };

/** Dependencies of an emitter. */
export interface EmitterParts {
  /** Returns the lease of the attempt with its last deadline. */
  readonly lease: () => Lease;
  /** Inbox of the caller, if it reads the stream. */
  readonly caller: string | undefined;
  readonly emit: (chunks: EmittedChunks) => Promise<EmitResult>;
}

/**
 * The chunks of one attempt, from its handler to Redis. Those of one turn of the event loop travel together; while a batch is
 * in flight, further ones wait in a bounded buffer.
 */
export class Emitter {
  readonly #parts: EmitterParts;
  #buffer: string[] = [];
  #size = 0;
  #stored = 0;
  #isOpen = false;
  #isSending = false;
  #hasEnded = false;
  #failure: Error | undefined;
  #readers: readonly string[];
  /** Emits and ends that wait for room, or for an empty buffer. */
  #waiting: { readonly below: number; resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor(parts: EmitterParts) {
    this.#parts = parts;
    this.#readers = parts.caller === undefined ? [] : [parts.caller];
  }

  /** Number of stored chunks; undefined if the attempt has no stream. */
  get emitted(): number | undefined {
    return this.#isOpen ? this.#stored : undefined;
  }

  /** Resolves at once while the buffer has room, otherwise when it has. Throws the reason of an abort, and LeaseLostError. */
  async emit(text: string): Promise<void> {
    if (this.#hasEnded) {
      const { actionId } = this.#parts.lease();
      throw new HandlerReturnedError({ actionId, attempted: 'emit a chunk' });
    }
    this.#assertSound();
    this.#size += text.length + OVERHEAD;
    if (this.#size > ROOM.most) this.abort(this.#overflow());
    this.#assertSound();
    this.#buffer.push(text);
    this.#schedule();
    if (this.#size > ROOM.full) await this.#whenBelow(ROOM.full);
  }

  /** Resolves when all chunks are stored; further ones are refused. `opens` makes it a stream even without chunks. */
  async end({ opens }: { opens: boolean }): Promise<void> {
    this.#hasEnded = true;
    this.#assertSound();
    if (this.#size > 0) await this.#whenBelow(0);
    if (opens && !this.#isOpen) await this.#store([]);
    this.#assertSound();
  }

  /** Drops what is not stored yet. The first reason is kept. */
  abort(reason: Error): void {
    this.#failure ??= reason;
    this.#buffer = [];
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  #schedule(): void {
    if (this.#isSending) return;
    this.#isSending = true;
    atTurnEnd(() => void this.#send());
  }

  async #send(): Promise<void> {
    while (this.#buffer.length > 0) await this.#store(this.#take());
    this.#isSending = false;
  }

  #take(): string[] {
    let [count, bytes] = [0, 0];
    for (const text of this.#buffer) {
      bytes += text.length;
      if (count > 0 && bytes > STREAM_LIMITS.batchBytes) break;
      count += 1;
      if (count === STREAM_LIMITS.batchChunks) break;
    }
    return this.#buffer.splice(0, count);
  }

  /** Stores a batch, however long Redis cannot be reached. Never rejects. */
  async #store(chunks: readonly string[]): Promise<void> {
    for (let delayMs = RETRY_MS.first; !this.#failure;) {
      try {
        const [lease, first] = [this.#parts.lease(), this.#stored + 1];
        const result = await this.#parts.emit({ lease, first, chunks, readers: this.#readers });
        return result.held ? this.#note(chunks, result) : this.abort(new LeaseLostError(lease));
      } catch (error) {
        if (!isUnavailable(error)) this.abort(error as Error);
      }
      await new Promise((resolve) => void setTimeout(resolve, delayMs));
      delayMs = Math.min(2 * delayMs, RETRY_MS.most);
    }
  }

  #note(chunks: readonly string[], { followers }: EmitResult): void {
    const { caller } = this.#parts;
    this.#isOpen = true;
    this.#stored += chunks.length;
    this.#size -= chunks.reduce((sum, { length }) => sum + length + OVERHEAD, 0);
    const others = followers.filter((each) => each !== caller);
    this.#readers = caller === undefined ? others : [caller, ...others];
    const ready = this.#waiting.filter(({ below }) => this.#size <= below);
    this.#waiting = this.#waiting.filter((each) => !ready.includes(each));
    for (const { resolve } of ready) resolve();
  }

  async #whenBelow(below: number): Promise<void> {
    const room = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ below, resolve, reject });
    });
    // A handler that does not await its emits must not end the process; `end` rejects with the same error.
    room.catch(() => undefined);
    return room;
  }

  #assertSound(): void {
    if (this.#failure) throw this.#failure;
  }

  #overflow(): PayloadTooLargeError {
    const { actionId } = this.#parts.lease();
    const what = `the chunks of action "${actionId}" that its handler emitted without awaiting`;
    return new PayloadTooLargeError({ what, bytes: this.#size, limitBytes: ROOM.most });
  }
}
