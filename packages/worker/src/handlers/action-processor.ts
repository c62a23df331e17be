import { checkOption, InvalidActionError, readOptions, rule } from '@nooble/errors';
import type { OptionsCheck } from '@nooble/errors';
import type { ActionDefinition, DomainAction } from '@nooble/models';
import { RETRY_RULES, type RetryPolicy } from './backoff.ts';
import type { ActionContext } from './context.ts';
import type { OnDead } from './on-dead.ts';
import { compose, type Middleware, type Run } from './middleware.ts';

/** Does the work of one action type. What it resolves to is the result; what it throws decides between retry and dead. */
export type Handler<D, R> = (action: DomainAction<D>, ctx: ActionContext) => Promise<R> | R;

/** Overrides of the worker's retry policy for one action type, and what runs when it is exhausted. */
export interface HandlerOptions extends Partial<RetryPolicy> {
  /** Runs before the action is dead. @default nothing */
  readonly onDead?: OnDead;
}

const CHECK: OptionsCheck<HandlerOptions> = {
  of: 'a handler',
  rules: { ...RETRY_RULES, onDead: rule.function },
};

/** One registered action type. */
export interface Registration {
  readonly type: string;
  readonly domain: string;
  readonly retry: Partial<RetryPolicy>;
  readonly onDead: OnDead | undefined;
  /** Parses the data, runs middleware and handler, parses the result. Rejects with ValidationError for either. */
  readonly run: Run;
}

/** Which handler runs which action type, and what runs around all of them. */
export class ActionProcessor {
  readonly #middleware: Middleware[] = [];
  readonly #registrations = new Map<string, Registration>();

  /** Adds middleware around every handler, also those registered before. The first added is the outermost. */
  use(middleware: Middleware): this {
    this.#middleware.push(middleware);
    return this;
  }

  /**
   * Sets the handler of an action type. Throws InvalidActionError when the type has one already,
   * and RangeError for options that cannot work.
   */
  register<D, R>(
    definition: ActionDefinition<D, R>,
    handler: Handler<D, R>,
    options: HandlerOptions = {},
  ): this {
    const { type, domain } = definition;
    if (this.#registrations.has(type)) {
      throw new InvalidActionError({ reason: `action type "${type}" already has a handler` });
    }
    // Checked here, where a mistake is seen at start-up; completed where the worker's own policy is known.
    const { onDead, ...retry } = readOptions(options, CHECK);
    checkOption('the handler', handler, rule.function);
    const run = this.#runOf(definition, handler);
    this.#registrations.set(type, Object.freeze({ type, domain, retry, onDead, run }));
    return this;
  }

  /** All registered action types, in order of registration. */
  get actionTypes(): readonly string[] {
    return [...this.#registrations.keys()];
  }

  /** The registration of an action type, undefined when it has none. */
  find(actionType: string): Registration | undefined {
    return this.#registrations.get(actionType);
  }

  #runOf<D, R>(definition: ActionDefinition<D, R>, handler: Handler<D, R>): Run {
    const handle: Run = async (action, ctx) => handler(action as DomainAction<D>, ctx);
    let wrapped = { layers: 0, run: handle };
    return async (action, ctx) => {
      const parsed = { ...action, data: definition.parseData(action.data) };
      const layers = this.#middleware.length;
      if (wrapped.layers !== layers) wrapped = { layers, run: compose(this.#middleware, handle) };
      return definition.parseResult(await wrapped.run(parsed, ctx));
    };
  }
}
