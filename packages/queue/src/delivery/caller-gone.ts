import { domainOf, type DomainAction } from '@nooble/models';

/** Cancels actions; a manager does. */
export interface Canceller {
  cancel(ref: { domain: string; actionId: string; tenantId: string }): Promise<unknown>;
}

/**
 * Cancels an action whose caller no longer waits for it, once it is stored: `sent` settles then. Never rejects: an action that
 * was refused needs no cancellation, and one whose domain cannot be reached expires.
 */
export async function callerGone(
  queues: Canceller,
  { actionId, actionType, tenantId }: DomainAction,
  sent: Promise<unknown>,
): Promise<void> {
  try {
    await sent;
    await queues.cancel({ domain: domainOf(actionType), actionId, tenantId });
  } catch {
    // The action was refused, or it expires.
  }
}
