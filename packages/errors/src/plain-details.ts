/** Maximum JSON length. Larger details are usually a dump that a handler attached by mistake. */
const MAX_DETAILS = 16_384;

/** Returns details after a JSON round trip, or undefined if they are empty, too large or not serializable. */
export function plainDetails(
  details: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  try {
    const text = JSON.stringify(details);
    if (text.length > MAX_DETAILS || text === '{}') return undefined;
    const plain = JSON.parse(text) as unknown;
    return isObject(plain) ? plain : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
