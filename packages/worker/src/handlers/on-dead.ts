import type { WireError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { ActionContext } from './context.ts';
import { runAsCurrent } from './current-action.ts';
import type { Publish } from '../reporting/events.ts';
import { within } from '../timing/within.ts';

/**
 * Runs when the last attempt of an action has failed, before its death is stored: to tell somebody, or to tidy up.
 * At least once, as a handler. Its data is as it was sent; it may not fit its schema. Not called for an action that
 * dies without its handler: one that expired, was cancelled, has no handler here, or took down too many workers.
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
  /** The action is dead after it, whether `onDead` has returned or not (ms). */
  readonly limitMs: number;
  readonly publish: Publish;
}

/** Calls `onDead`. Never rejects: what it throws, or that it takes too long, is published as an error. */
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
