import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Line } from './journal.ts';

const NOTHING = Buffer.alloc(0);

/** Read position in one file, and the start of a line that is still incomplete. */
interface Position {
  offset: number;
  rest: string;
}

/** Reads the journals of a folder. Each call reads only the new bytes. */
export class JournalReader {
  readonly #folder: string;
  readonly #positions = new Map<string, Position>();
  readonly #lines: Line[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns all lines written so far, ordered by time. */
  read(): readonly Line[] {
    const known = this.#lines.length;
    for (const name of readdirSync(this.#folder)) {
      if (name.endsWith('.jsonl')) this.#lines.push(...this.#newLines(name));
    }
    if (this.#lines.length > known) this.#lines.sort((a, b) => a.at - b.at);
    return this.#lines;
  }

  #newLines(name: string): Line[] {
    const position = this.#positions.get(name) ?? { offset: 0, rest: '' };
    this.#positions.set(name, position);
    const bytes = bytesFrom(join(this.#folder, name), position.offset);
    position.offset += bytes.length;
    const texts = (position.rest + bytes.toString()).split('\n');
    position.rest = texts.pop() ?? '';
    return texts.map((text) => JSON.parse(text) as Line);
  }
}

/** Returns the bytes of a file from an offset. Journals are ASCII, so this never cuts a character. */
function bytesFrom(file: string, offset: number): Buffer {
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
