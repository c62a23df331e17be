import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Line } from './journal.ts';

const NOTHING = Buffer.alloc(0);

/** What has been read of one file, and the beginning of a line that is not complete yet. */
interface Place {
  offset: number;
  rest: string;
}

/** Reads the journals of a folder. Each look reads only what is new. */
export class JournalReader {
  readonly #folder: string;
  readonly #places = new Map<string, Place>();
  readonly #lines: Line[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Everything that was written so far, in the order of time. */
  read(): readonly Line[] {
    const known = this.#lines.length;
    for (const name of readdirSync(this.#folder)) {
      if (name.endsWith('.jsonl')) this.#lines.push(...this.#news(name));
    }
    if (this.#lines.length > known) this.#lines.sort((a, b) => a.at - b.at);
    return this.#lines;
  }

  #news(name: string): Line[] {
    const place = this.#places.get(name) ?? { offset: 0, rest: '' };
    this.#places.set(name, place);
    const bytes = tail(join(this.#folder, name), place.offset);
    place.offset += bytes.length;
    const texts = (place.rest + bytes.toString()).split('\n');
    place.rest = texts.pop() ?? '';
    return texts.map((text) => JSON.parse(text) as Line);
  }
}

/** The bytes of a file from an offset on. Journals are ASCII, so none is cut through a character. */
function tail(file: string, offset: number): Buffer {
  const length = statSync(file).size - offset;
  if (length === 0) return NOTHING;
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(handle, bytes, 0, length, offset));
  } finally {
    closeSync(handle);
  }
}
