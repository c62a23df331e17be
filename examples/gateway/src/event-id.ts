import { InvalidActionError, quoted } from '@nooble/errors';
import { isActionId } from '@nooble/models';

/** Position of the event that ends a stream. */
export const END = 'end';

/** Place of an event: the action, and its position in the stream of the action. */
export interface EventId {
  readonly actionId: string;
  readonly position: string;
}

/** Returns `<action id>:<position>`. */
export function formatEventId({ actionId, position }: EventId): string {
  return `${actionId}:${position}`;
}

/** Returns the position that a client of an action has read up to. Throws InvalidActionError. */
export function positionIn(lastEventId: string, actionId: string): string {
  const at = lastEventId.lastIndexOf(':');
  if (isActionId(actionId) && lastEventId.slice(0, at) === actionId)
    return lastEventId.slice(at + 1);
  const reason = `Last-Event-ID ${quoted(lastEventId)} is not an event of action ${quoted(actionId)}`;
  throw new InvalidActionError({ reason });
}
