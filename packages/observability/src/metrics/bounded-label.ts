/** Value of a label for everything beyond its bound. */
export const OTHER = '_other';

/** Values of a label, of which there are at most `most`; later ones become `_other`. */
export class BoundedLabel {
  readonly #known = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#most) return OTHER;
    this.#known.add(value);
    return value;
  }

  get values(): Iterable<string> {
    return this.#known;
  }
}
