/**
 * Groups the endings by action, in their order. The model numbers the endings of an action and the queue names them by
 * token; their order is the same.
 */
export function byAction<T>(entries: Iterable<readonly [string, T]>): Map<string, T[]> {
  const ends = [...entries].map(([callbackId, fact]) => {
    const at = callbackId.lastIndexOf('.cb');
    return { actionId: callbackId.slice(0, at), nth: Number(callbackId.slice(at + 3)), fact };
  });
  const facts = new Map<string, T[]>();
  for (const { actionId, fact } of ends.toSorted((a, b) => a.nth - b.nth)) {
    facts.set(actionId, [...(facts.get(actionId) ?? []), fact]);
  }
  return facts;
}
