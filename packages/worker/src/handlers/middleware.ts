import type { DomainAction } from '@nooble/models';
import type { ActionContext } from './context.ts';

/**
 * Runs around handlers, the first registered outermost. `next()` runs the rest and resolves to its result; the return value
 * of the middleware replaces it. The final result is checked against the definition.
 */
export type Middleware = (
  action: DomainAction,
  ctx: ActionContext,
  next: () => Promise<unknown>,
) => Promise<unknown>;

/** A handler as seen by middleware, its types checked at registration. */
export type Run = (action: DomainAction, ctx: ActionContext) => Promise<unknown>;

/** Wraps a handler in middleware. Calling `next` twice in one middleware rejects. */
export function compose(middleware: readonly Middleware[], handler: Run): Run {
  return middleware.reduceRight<Run>((inner, layer) => {
    return async (action, ctx) =>
      layer(
        action,
        ctx,
        onlyOnce(() => inner(action, ctx)),
      );
  }, handler);
}

/** Middleware around all handlers of a worker. It is added and removed while the worker runs. */
export class OuterMiddleware {
  #layers: readonly Middleware[] = [];

  /** Adds a layer inside those that were added before. Returns a function that removes it. */
  add(layer: Middleware): () => void {
    this.#layers = [...this.#layers, layer];
    return () => {
      this.#layers = this.#layers.filter((each) => each !== layer);
    };
  }

  /** Returns the run itself without a layer. */
  around(run: Run): Run {
    return this.#layers.length === 0 ? run : compose(this.#layers, run);
  }
}

function onlyOnce(run: () => Promise<unknown>): () => Promise<unknown> {
  let called = false;
  return async () => {
    if (called) throw new Error('Cannot run the rest of the middleware: next() was called twice');
    called = true;
    return run();
  };
}
