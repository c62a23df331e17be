/**
 * Returns Jain's index of fairness: 1 if all values are equal, 1/n if one of n has everything (Jain, Chiu, Hawe, "A Quantitative
 * Measure of Fairness and Discrimination", DEC-TR-301, 1984). 1 for fewer than two values, and if all are 0.
 */
export function jainIndex(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return squares === 0 ? 1 : (sum * sum) / (values.length * squares);
}
