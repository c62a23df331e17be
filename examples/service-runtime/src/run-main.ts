import { isNoobleError, printable } from '@nooble/errors';
import type { RunningService } from './run-service.ts';

/** Runs a service as the main program. Prints errors that a user can fix without their stack. */
export async function runMain(start: () => Promise<RunningService>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!isNoobleError(error)) throw error;
    process.stderr.write(`${printable(error.message)}\n`);
    process.exitCode = 1;
  }
}
