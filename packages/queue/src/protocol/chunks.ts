/** Maximum number of ids and bytes of one script call, in each direction. */
export const MAX_IDS = 500;
export const MAX_BYTES = 4 * 1024 * 1024;

/** Splits a list into batches of at most this number of entries and bytes. A larger entry forms a batch alone. */
export function batchesOf<T>(
  entries: readonly T[],
  bytesOf: (entry: T) => number,
  { maxCount = MAX_IDS, maxBytes = MAX_BYTES }: { maxCount?: number; maxBytes?: number } = {},
): T[][] {
  const batches: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const size = bytesOf(entry);
    const last = batches.at(-1);
    if (!last || last.length >= maxCount || bytes + size > maxBytes) {
      batches.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return batches;
}
