import { isNoobleError } from '../../packages/errors/src/index.ts';
import fc from 'fast-check';
import { it } from 'vitest';

/** Number of inputs per property; a nightly run uses more. */
const numRuns = Number(process.env['NOOBLE_FUZZ'] ?? 300);
/** Enough for 100,000 inputs of the slowest property (ms). */
const TIMEOUT_MS = 600_000;

/** Defines a test with many random inputs. A failing input is shrunk and printed with its seed. */
export function fuzz<T>(
  sentence: string,
  inputs: fc.Arbitrary<T>,
  check: (input: T) => void | Promise<void>,
): void {
  it(sentence, { timeout: TIMEOUT_MS }, async () =>
    fc.assert(
      fc.asyncProperty(inputs, async (input) => check(input)),
      { numRuns },
    ),
  );
}

/** Returns the result of `act`, undefined if it throws a NoobleError with this code. Rethrows any other error. */
export function resultOr<T>(code: string, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (isNoobleError(error) && error.code === code) return undefined;
    throw error;
  }
}
