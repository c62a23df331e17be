/** Longest run of turns of one other tenant without a turn of this tenant in between. */
export function mostBefore(served: readonly string[], tenant: string): number {
  let most = 0;
  const counts = new Map<string, number>();
  for (const other of served) {
    if (other === tenant) counts.clear();
    else counts.set(other, (counts.get(other) ?? 0) + 1);
    most = Math.max(most, ...counts.values());
  }
  return most;
}
