import { RESTART } from '@nooble/queue';

/** A violation of what a stream promises to its readers. */
export type Spoiled = 'gap' | 'repetition' | 'mixture' | 'end';

/** One chunk: the token of its attempt, and its number. */
export type Spoken = readonly [token: number, number: number];

/** Checks what one reader receives: chunks in order, and no two attempts without a restart between them. */
export class Reading {
  #token: number;
  #last: number;
  #hasRestarted = false;
  #restarts = 0;

  /** `after` is the position from which the reader resumes, `<token>-<number>`. */
  constructor(after?: string) {
    const [token = 0, last = 0] = after?.split('-').map(Number) ?? [];
    this.#token = token;
    this.#last = last;
  }

  get restarts(): number {
    return this.#restarts;
  }

  take(item: Spoken | typeof RESTART): Spoiled | undefined {
    if (item === RESTART) {
      this.#hasRestarted = true;
      this.#restarts += 1;
      return undefined;
    }
    const [token, number] = item;
    const isSame = token === this.#token;
    const isAllowed = this.#hasRestarted ? token > this.#token : isSame || this.#last === 0;
    if (!isAllowed) return 'mixture';
    const expected = isSame ? this.#last + 1 : 1;
    [this.#token, this.#last, this.#hasRestarted] = [token, number, false];
    if (number === expected) return undefined;
    return number > expected ? 'gap' : 'repetition';
  }

  /** Checks the result, which names the attempt that returned it and the number of its chunks. */
  end({ token, chunks }: { readonly token: number; readonly chunks: number }): Spoiled | undefined {
    return token === this.#token && chunks === this.#last ? undefined : 'end';
  }
}
