import { ManagerClosedError } from '@nooble/errors';
import type { Parent } from './child-register.ts';

const SENDING = 'send an action';

/** Throws ManagerClosedError once the manager is closed, and HandlerReturnedError as `assertRuns` does. */
export function assertOpen(closed: AbortSignal, parent: Parent | undefined): void {
  if (closed.aborted) throw new ManagerClosedError({ attempted: SENDING });
  assertRuns(parent);
}

/** Throws HandlerReturnedError if the actions would be children of an action whose attempt has ended. */
export function assertRuns(parent: Parent | undefined): void {
  parent?.running?.facts.assertRuns(SENDING);
}
