/** One measurement. */
export interface Sample {
  /** Unix ms. */
  readonly at: number;
  readonly bytes: number;
}

const MINUTE_MS = 60_000;

/** Returns the growth in bytes per minute, by least squares; 0 for fewer than two samples. */
export function slopePerMinute(samples: readonly Sample[]): number {
  const n = samples.length;
  if (n < 2) return 0;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / n;
  const times = samples.map(({ at }) => at / MINUTE_MS);
  const [meanTime, meanBytes] = [mean(times), mean(samples.map(({ bytes }) => bytes))];
  let covariance = 0;
  let variance = 0;
  for (const [index, { bytes }] of samples.entries()) {
    const time = (times[index] ?? meanTime) - meanTime;
    covariance += time * (bytes - meanBytes);
    variance += time * time;
  }
  return variance === 0 ? 0 : covariance / variance;
}

/** Returns the second half of the samples, in which caches and pools are already full. */
export function secondHalf(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.floor(samples.length / 2));
}
