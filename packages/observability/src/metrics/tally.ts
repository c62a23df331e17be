import type { Attributes, Counter } from '@opentelemetry/api';

/** A sum with its labels, which its counter receives at the next collection. */
export class Series {
  readonly labels: Attributes;
  #pending = 0;

  constructor(labels: Attributes) {
    this.labels = Object.freeze(labels);
  }

  add(value: number): void {
    this.#pending += value;
  }

  /** Returns what was added since the last call. */
  take(): number {
    const taken = this.#pending;
    this.#pending = 0;
    return taken;
  }
}

/** Sums that a counter receives at each collection: an SDK takes microseconds for one addition. */
export class Tally {
  readonly #counter: Counter;
  readonly #series: Series[] = [];

  constructor(counter: Counter) {
    this.#counter = counter;
  }

  /** Returns a new series. Make one per combination of labels, of which there are few. */
  series(labels: Attributes): Series {
    const series = new Series(labels);
    this.#series.push(series);
    return series;
  }

  flush(): void {
    for (const series of this.#series) {
      const sum = series.take();
      if (sum > 0) this.#counter.add(sum, series.labels);
    }
  }
}
