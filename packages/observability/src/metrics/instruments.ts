import type { Attributes, Histogram, Meter, ObservableGauge } from '@opentelemetry/api';
import type { ObservableCounter } from '@opentelemetry/api';
import type { MetricFacts } from '../metric-facts.ts';
import { BUCKETS_S } from '../metric-names.ts';
import { Tally } from './tally.ts';

/** Creates the instruments of a meter from the facts of their metrics. */
export class Instruments {
  readonly #meter: Meter;
  readonly #removals: (() => void)[] = [];
  readonly #tallies: Tally[] = [];

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** The counter receives its sums when gauges are read, which a collection does first. */
  counter({ name, ...facts }: MetricFacts): Tally {
    const tally = new Tally(this.#meter.createCounter(name, described(facts)));
    this.#tallies.push(tally);
    return tally;
  }

  histogram({ name, ...facts }: MetricFacts): Histogram {
    const advice = { explicitBucketBoundaries: [...BUCKETS_S] };
    return this.#meter.createHistogram(name, { ...described(facts), advice });
  }

  /** `observe` is called with a function for the current values at each collection. */
  gauges<Name extends string>(
    facts: Readonly<Record<Name, MetricFacts>>,
    observe: (set: (metric: Name, value: number, attributes: Attributes) => void) => void,
  ): void {
    const names = Object.keys(facts) as Name[];
    const created = new Map(names.map((name) => [name, this.#observable(facts[name])]));
    const all = [...created.values()];
    const callback: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
      this.#flush();
      observe((metric, value, attributes) => {
        const instrument = created.get(metric);
        if (instrument) result.observe(instrument, value, attributes);
      });
    };
    this.#meter.addBatchObservableCallback(callback, all);
    this.#removals.push(() => this.#meter.removeBatchObservableCallback(callback, all));
  }

  /** Removes the callbacks of gauges, and passes the last sums on. */
  stop(): void {
    for (const remove of this.#removals.splice(0)) remove();
    this.#flush();
  }

  #flush(): void {
    for (const tally of this.#tallies) tally.flush();
  }

  #observable({ name, kind, ...facts }: MetricFacts): ObservableGauge | ObservableCounter {
    const options = described(facts);
    return kind === 'counter'
      ? this.#meter.createObservableCounter(name, options)
      : this.#meter.createObservableGauge(name, options);
  }
}

function described({ unit, meaning }: Pick<MetricFacts, 'unit' | 'meaning'>) {
  return { unit, description: meaning };
}
