/** Part of a collection that this module reads: a data point is NaN once its series is withdrawn. */
interface Collected {
  readonly resourceMetrics: {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly { readonly dataPoints: { readonly value: unknown }[] }[];
    }[];
  };
}

/** The part of a `MetricReader` that this module replaces. */
export interface CollectingReader {
  collect(...options: never[]): Promise<Collected>;
}

/**
 * Makes a reader omit series that were withdrawn: those of tenants that no longer are among the top ones, and those of domains
 * that another process reports now. An SDK never forgets a series by itself. Returns the reader.
 */
export function omitWithdrawn<Reader extends CollectingReader>(reader: Reader): Reader {
  const collect = reader.collect.bind(reader);
  reader.collect = async (...options) => {
    const collected = await collect(...options);
    for (const { metrics } of collected.resourceMetrics.scopeMetrics) {
      for (const { dataPoints } of metrics)
        removeFrom(dataPoints, ({ value }) => Number.isNaN(value));
    }
    return collected;
  };
  return reader;
}

function removeFrom<T>(list: T[], isOut: (each: T) => boolean): void {
  const kept = list.filter((each) => !isOut(each));
  list.splice(0, list.length, ...kept);
}
