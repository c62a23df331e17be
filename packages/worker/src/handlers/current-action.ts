import { AsyncLocalStorage } from 'node:async_hooks';
import type { DomainAction } from '@nooble/models';
import type { ActionContext } from './context.ts';

interface Current {
  readonly action: DomainAction;
  readonly ctx: ActionContext;
}

const storage = new AsyncLocalStorage<Current>();

/** The action whose handler (or middleware) called this, however deep; undefined outside of one. */
export function currentAction(): DomainAction | undefined {
  return storage.getStore()?.action;
}

/** The context of `currentAction()`; undefined outside of a handler. */
export function currentContext(): ActionContext | undefined {
  return storage.getStore()?.ctx;
}

/** Runs `body` with `current` as the answer to `currentAction()` and `currentContext()`. */
export function runAsCurrent<T>(current: Current, body: () => T): T {
  return storage.run(current, body);
}
