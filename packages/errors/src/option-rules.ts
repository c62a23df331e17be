/** The values that an option may have. `undefined` is not checked: it stands for the default. */
export interface OptionRule {
  /** Never throws. */
  readonly isValid: (value: unknown) => boolean;
  /** Description of a valid value, as in `expected a whole number from 1 to 16`. */
  readonly expected: string;
}

/** Longest duration of any option (ms): a leap year. */
export const MAX_DURATION_MS = 366 * 86_400_000;

/** The rules that several options share. State others beside the option that they check. */
export const rule = {
  /** For an option that is checked elsewhere. */
  anything: { isValid: () => true, expected: 'anything' },
  boolean: {
    isValid: (value: unknown) => typeof value === 'boolean',
    expected: 'true or false',
  },
  function: {
    isValid: (value: unknown) => typeof value === 'function',
    expected: 'a function',
  },
  object: {
    isValid: isObject,
    expected: 'an object',
  },
  signal: {
    isValid: isSignal,
    expected: 'an AbortSignal',
  },
  duration: {
    isValid: (value: unknown) => isBetween(value, 0, MAX_DURATION_MS),
    expected: `a number of ms from 0 to ${MAX_DURATION_MS}`,
  },
  number: (least: number, most: number): OptionRule => ({
    isValid: (value) => isBetween(value, least, most),
    expected: `a number from ${least} to ${most}`,
  }),
  whole: (least: number, most = Number.MAX_SAFE_INTEGER): OptionRule => ({
    isValid: (value) => isBetween(value, least, most) && Number.isInteger(value),
    expected:
      most === Number.MAX_SAFE_INTEGER
        ? `a whole number of at least ${least}`
        : `a whole number from ${least} to ${most}`,
  }),
  oneOf: (...values: readonly string[]): OptionRule => ({
    isValid: (value) => values.includes(value as string),
    expected: values.map((each) => `"${each}"`).join(' or '),
  }),
} as const;

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

function isObject(value: unknown): boolean {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // `isArray` of a revoked Proxy throws.
    return false;
  }
}

/** By its shape: a signal may come from another realm. */
function isSignal(value: unknown): boolean {
  if (!isObject(value)) return false;
  try {
    const { aborted, addEventListener, throwIfAborted } = value as Partial<AbortSignal>;
    return (
      [typeof aborted, typeof addEventListener, typeof throwIfAborted].join() ===
      'boolean,function,function'
    );
  } catch {
    return false;
  }
}
