import { isNoobleError } from '../../packages/errors/src/index.ts';
import fc from 'fast-check';
import { it } from 'vitest';

/** Inputs per property; a nightly run tries more. */
const numRuns = Number(process.env['NOOBLE_FUZZ'] ?? 300);
/** Some 100,000 inputs of the slowest property, with room. */
const TIMEOUT_MS = 600_000;

/** A test with many random inputs; a failing one shrinks, and prints its seed. */
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

/** What it returns; undefined where it throws an error of ours with this code. Anything else it throws is a failure. */
export function resultOr<T>(code: string, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (isNoobleError(error) && error.code === code) return undefined;
    throw error;
  }
}
