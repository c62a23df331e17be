import { isNoobleError, printable } from '@nooble/errors';
import type { RunningService } from './run-service.ts';

/** Starts a service as the program of this process; what a user can put right is said without a stack. */
export async function runMain(start: () => Promise<RunningService>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!isNoobleError(error)) throw error;
    process.stderr.write(`${printable(error.message)}\n`);
    process.exitCode = 1;
  }
}
