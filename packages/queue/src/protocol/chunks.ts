/** Most ids and bytes of one script call, each way. */
export const MAX_IDS = 500;
export const MAX_BYTES = 4 * 1024 * 1024;

/** Cuts a list into runs of at most so many entries and bytes; an entry larger than that stands alone. */
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
