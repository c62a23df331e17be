import { toWireError, type WireError } from '@nooble/errors';
import type { ActionContext } from '@nooble/worker';
import { sendAnswer, type Handled } from './asking.ts';
import type { AskedAction } from './pending-steps.ts';

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
function lastError(thrown: unknown, ctx: ActionContext): WireError | undefined {
  const { signal } = ctx;
  return ctx.isLast(thrown) ? toWireError(signal.aborted ? signal.reason : thrown) : undefined;
}
