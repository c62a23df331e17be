import { InvalidActionError, quoted } from '@nooble/errors';
import { domainOf, type DomainAction } from '@nooble/models';
import type { Parent } from './child-register.ts';
import { NO_SEQUENCE, sequenceHashOf } from './sequence.ts';

/**
 * Throws InvalidActionError if a running action requests an action of its own sequence, which starts only after the running one
 * has ended. An action that nobody waits for may join the sequence.
 */
export function assertNotBehind(parent: Parent | undefined, action: DomainAction): void {
  if (!parent?.running || action.replyTo === undefined || action.sequence === undefined) return;
  const { actionId, actionType } = parent.action;
  if (domainOf(action.actionType) !== domainOf(actionType)) return;
  const sequence = sequenceHashOf(parent.action);
  if (sequence === NO_SEQUENCE || sequenceHashOf(action) !== sequence) return;
  const reason =
    `action ${quoted(actionId)} waits for it and is of the same sequence ${quoted(action.sequence)}, so it would never start: ` +
    'give it another sequence or none, or enqueue it without waiting for its result';
  throw new InvalidActionError({ actionId: action.actionId, reason });
}
