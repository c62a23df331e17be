import type { NewChunks } from './chunk-order.ts';
import type { Position } from '../protocol/position.ts';
import { RESTART } from './restart.ts';

/** A chunk or a restart, with the place that a reader has reached by it. */
export interface StreamItem {
  readonly value: unknown;
  readonly position: Position;
}

/** Maximum number of items, and size of chunks received live (characters), that wait for a reader. */
const MAX_WAITING = { items: 4_096, characters: 1024 * 1024 };

/** The items of a stream that its reader has not taken yet. */
export class StreamItems {
  #items: StreamItem[] = [];
  #taken = 0;
  #characters = 0;

  get isEmpty(): boolean {
    return this.#taken === this.#items.length;
  }

  /** False if the reader is late: further chunks are left in Redis until it has taken these. */
  get hasRoom(): boolean {
    const waiting = this.#items.length - this.#taken;
    return waiting < MAX_WAITING.items && this.#characters < MAX_WAITING.characters;
  }

  /** `characters` is the size of the chunks, 0 if they have been bounded otherwise. */
  add({ restarts, chunks, position }: NewChunks, characters: number): void {
    const { attempt, sequence } = position;
    const before = sequence - chunks.length;
    if (restarts) this.#items.push({ value: RESTART, position: { attempt, sequence: before } });
    for (const [at, value] of chunks.entries()) {
      this.#items.push({ value, position: { attempt, sequence: before + at + 1 } });
    }
    this.#characters += characters;
  }

  take(): StreamItem | undefined {
    const item = this.#items[this.#taken];
    if (item) this.#taken += 1;
    if (this.isEmpty) {
      this.#items = [];
      this.#taken = 0;
      this.#characters = 0;
    }
    return item;
  }
}
