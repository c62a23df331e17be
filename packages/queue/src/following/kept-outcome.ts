import type { CallbackData } from '@nooble/models';
import { ActionCancelledError, DeadlineExceededError, toWireError } from '@nooble/errors';
import type { ActionSnapshot } from '../inspection/snapshot.ts';

/** Returns the outcome of an action that has ended; `lives` for one that has not, undefined for one that is not known. */
export function keptOutcome(
  snapshot: ActionSnapshot | undefined,
): CallbackData | 'lives' | undefined {
  if (!snapshot) return undefined;
  const { state, actionId, result, error } = snapshot;
  if (state === 'done') return { status: 'done', result };
  if (state === 'dead' && error) return { status: 'dead', error };
  if (state === 'cancelled')
    return { status: state, error: toWireError(new ActionCancelledError({ actionId })) };
  if (state !== 'expired') return 'lives';
  // Its expiry is not kept with its ending.
  const { at: expiresAt = 'its deadline' } = snapshot;
  return { status: state, error: toWireError(new DeadlineExceededError({ actionId, expiresAt })) };
}
