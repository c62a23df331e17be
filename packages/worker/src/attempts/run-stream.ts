import type { DomainAction } from '@nooble/models';
import { chunkText } from './chunk-text.ts';
import { Emitter, type EmitterParts } from './emitter.ts';
import { RefusedEmit } from './refused-emit.ts';
import { handled } from '../journal/handled.ts';

/** Maximum number of refused chunks that are remembered. */
const MOST_REFUSED = 100;

/** Dependencies of the stream of one run. */
export interface RunStreamParts extends Pick<EmitterParts, 'lease' | 'emit'> {
  readonly action: DomainAction;
  /** Reason of an abort before the first chunk. */
  readonly abortedBy: Error | undefined;
  /** Throws ValidationError. */
  readonly parseChunk: (chunk: unknown) => unknown;
}

/** The chunks that one run of a handler emits. Costs nothing until there is one, unless the caller reads the stream. */
export class RunStream {
  readonly #parts: RunStreamParts;
  #emitter: Emitter | undefined;
  #abortedBy: Error | undefined;
  #refused: { readonly emit: RefusedEmit; readonly error: unknown }[] = [];

  constructor(parts: RunStreamParts) {
    this.#parts = parts;
    this.#abortedBy = parts.abortedBy;
  }

  /** Number of stored chunks; undefined if there is no stream. */
  get emitted(): number | undefined {
    return this.#emitter?.emitted;
  }

  /** Validates a chunk, and resolves as `Emitter.emit` does. */
  emit(chunk: unknown): Promise<void> {
    const { action, parseChunk: parse } = this.#parts;
    let text: string;
    try {
      text = chunkText({ actionId: action.actionId, chunk, parse });
    } catch (error) {
      return this.#refuse(error);
    }
    return handled(async () => this.#open().emit(text));
  }

  /**
   * Stores the last chunks: the caller must be able to read them once it has the outcome. Throws the error of a chunk that was
   * refused, unless the handler has awaited it.
   */
  async end(): Promise<void> {
    const opens = this.#parts.action.stream === true;
    if (opens || this.#emitter) await this.#open().end({ opens });
    const unheard = this.#refused.find(isUnheard);
    if (unheard) throw unheard.error;
  }

  /** Like `end`, for an attempt that has failed: chunks that cannot be stored are dropped. Never rejects. */
  async close(): Promise<void> {
    await this.end().catch(() => undefined);
  }

  /** Drops what is not stored yet. The first reason is kept. */
  abort(reason: Error): void {
    this.#abortedBy ??= reason;
    this.#emitter?.abort(reason);
  }

  #refuse(error: unknown): RefusedEmit {
    const emit = RefusedEmit.of(error);
    if (this.#refused.length === MOST_REFUSED) this.#refused = this.#refused.filter(isUnheard);
    if (this.#refused.length < MOST_REFUSED) this.#refused.push({ emit, error });
    return emit;
  }

  #open(): Emitter {
    if (this.#emitter) return this.#emitter;
    const { action, lease, emit } = this.#parts;
    const caller = action.stream === true ? action.replyTo : undefined;
    this.#emitter = new Emitter({ lease, caller, emit });
    if (this.#abortedBy) this.#emitter.abort(this.#abortedBy);
    return this.#emitter;
  }
}

function isUnheard({ emit }: { readonly emit: RefusedEmit }): boolean {
  return !emit.isHeard;
}
