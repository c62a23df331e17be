import type { ClaimedAction, Outcome, Settlement } from '@nooble/queue';
import type { ActionEvent } from '../reporting/events.ts';
import type { HandlerRun } from './handler-run.ts';

/** End of an attempt: an outcome to settle, the loss of its lease, or its return to the queue of a capped tenant. */
export type Ending = Outcome | { readonly status: 'lost' } | { readonly status: 'requeued' };

/** Returns the settlement of an attempt. Throws for one without an outcome. */
export function settlementOf(
  claimed: ClaimedAction,
  { action, emitted, streams }: HandlerRun,
  outcome: Ending | undefined,
): Settlement {
  if (!outcome || outcome.status === 'lost' || outcome.status === 'requeued') {
    throw new Error(`Cannot settle action "${claimed.lease.actionId}": it has no outcome`);
  }
  const facts = { claimed, outcome, ...(streams && { streams }) };
  if (!action) return facts;
  return { ...facts, action, ...(emitted !== undefined && { emitted }) };
}

/** Returns the event about an attempt. */
export function eventOf(claimed: ClaimedAction, { action }: HandlerRun): ActionEvent {
  const attempt = claimed.failures + 1;
  return action ? { claimed, action, attempt } : { claimed, attempt };
}
