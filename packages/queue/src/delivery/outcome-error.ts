import { ActionCancelledError, ActionFailedError, fromWireError } from '@nooble/errors';
import type { CallbackData } from '@nooble/models';

/** The action whose outcome it is. */
export interface Awaited {
  readonly actionId: string;
  readonly actionType: string;
}

/**
 * Returns the typed error of an outcome other than done: ActionCancelledError, DeadlineExceededError, or ActionFailedError
 * with the remote error as its cause.
 */
export function errorOfOutcome(
  { actionId, actionType }: Awaited,
  { status, error }: Exclude<CallbackData, { status: 'done' }>,
): Error {
  if (status === 'cancelled') return new ActionCancelledError({ actionId });
  const cause = fromWireError(error);
  return status === 'expired'
    ? cause
    : new ActionFailedError({ actionId, actionType, error, cause });
}
