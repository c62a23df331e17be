import { printable } from '@nooble/errors';

/** Writes a text that arrives in parts, and wraps it between words. A word is written once it is complete. */
export class Typing {
  readonly #write: (text: string) => void;
  readonly #width: number;
  #column = 0;
  #word = '';

  constructor(write: (text: string) => void, width: number) {
    this.#write = write;
    this.#width = width;
  }

  add(part: string): void {
    const pieces = printable(part).split(/(\s+)/);
    for (const [index, piece] of pieces.entries()) {
      if (index % 2 === 0) this.#word += piece;
      else this.#flush();
    }
  }

  /** Ends the text and its line. */
  end(): void {
    this.#flush();
    if (this.#column > 0) this.#write('\n');
    this.#column = 0;
  }

  #flush(): void {
    for (let rest = this.#word; rest !== ''; rest = rest.slice(this.#width)) {
      this.#put(rest.slice(0, this.#width));
    }
    this.#word = '';
  }

  #put(word: string): void {
    const isFirst = this.#column === 0;
    const fits = this.#column + 1 + word.length <= this.#width;
    if (!isFirst) this.#write(fits ? ' ' : '\n');
    this.#column = isFirst || !fits ? word.length : this.#column + 1 + word.length;
    this.#write(word);
  }
}
