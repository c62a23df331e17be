import { within } from '@nooble/redis';
import type { WireError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { ActionContext } from './context.ts';
import { runAsCurrent } from './current-action.ts';
import type { Publish } from '../reporting/events.ts';

/**
 * Runs when the last attempt of an action has failed, before it is stored as a dead letter: to notify somebody, or to clean
 * up. Runs at least once, as a handler does. Receives the data as it was sent, which may not match its schema. Not called
 * for an action that ends without its handler: one that expired, was cancelled, has no handler in this worker, or took down
 * too many workers.
 */
export type OnDead = (
  action: DomainAction,
  error: WireError,
  ctx: ActionContext,
) => Promise<void> | void;

interface Death {
  readonly onDead: OnDead;
  readonly action: DomainAction;
  readonly error: WireError;
  readonly ctx: ActionContext;
  /** Maximum running time of `onDead` (ms). The action is dead after it in any case. */
  readonly limitMs: number;
  readonly publish: Publish;
}

/** Calls `onDead`. Never rejects: an error, or a timeout, is published as an `error` event. */
export async function announceDeath(death: Death): Promise<void> {
  const { onDead, action, error, ctx, limitMs, publish } = death;
  const attempted = `run onDead of action "${action.actionId}"`;
  try {
    const run = runAsCurrent({ action, ctx }, async () => onDead(action, error, ctx));
    const late = new Error(`It has not returned within ${limitMs} ms`);
    const result = await within(limitMs, run, late);
    if (result === late) publish('error', { attempted, error: late });
  } catch (thrown) {
    publish('error', { attempted, error: thrown });
  }
}
