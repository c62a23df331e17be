import { LeaseLostError, toWireError, type WireError } from '@nooble/errors';
import { WorkerStopping, type ActionContext } from '@nooble/worker';
import { sendAnswer, type Handled } from './asking.ts';
import type { AskedAction } from './pending-steps.ts';

/** How often each action of this service is tried. */
export const ATTEMPTS = 3;

/** Runs a step of what was asked. When it fails for good, whoever asked is told before the error is thrown on. */
export async function orTellFailure<T>(
  asked: AskedAction,
  handled: Handled,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (thrown) {
    const error = lastError(thrown, handled.ctx);
    if (error) await sendAnswer(asked, { status: 'dead', error }, handled);
    throw thrown;
  }
}

/** Undefined when the action will run again: here later, or in another process. */
function lastError(thrown: unknown, { signal, attempt }: ActionContext): WireError | undefined {
  const error: unknown = signal.aborted ? signal.reason : thrown;
  if (error instanceof WorkerStopping || error instanceof LeaseLostError) return undefined;
  const wire = toWireError(error);
  return wire.retryable && attempt < ATTEMPTS ? undefined : wire;
}
