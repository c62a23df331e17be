import { AsyncLocalStorage } from 'node:async_hooks';
import type { DomainAction } from '@nooble/models';
import type { ActionContext } from './context.ts';

interface Current {
  readonly action: DomainAction;
  readonly ctx: ActionContext;
}

const storage = new AsyncLocalStorage<Current>();

/** Returns the action whose handler or middleware is calling, at any depth; undefined elsewhere. */
export function currentAction(): DomainAction | undefined {
  return storage.getStore()?.action;
}

/** Returns the context of `currentAction()`; undefined outside of handlers. */
export function currentContext(): ActionContext | undefined {
  return storage.getStore()?.ctx;
}

/** Runs `body` with `current` as the value of `currentAction()` and `currentContext()`. */
export function runAsCurrent<T>(current: Current, body: () => T): T {
  return storage.run(current, body);
}
