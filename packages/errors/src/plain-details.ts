/** Larger details are a handler's dump rather than facts. */
const MAX_DETAILS = 16_384;

/** The details of an error as JSON carries them; undefined where there are none, too many, or JSON cannot. */
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
