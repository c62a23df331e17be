import { checkOption, InvalidActionError, readOptions, rule } from '@nooble/errors';
import type { OptionRule, OptionsCheck } from '@nooble/errors';
import type { ActionDefinition, DomainAction } from '@nooble/models';
import { THROTTLE_KEY_RULE } from '@nooble/queue';
import { RETRY_RULES, type RetryPolicy } from './backoff.ts';
import type { ActionContext } from './context.ts';
import type { OnDead } from './on-dead.ts';
import { compose, type Middleware, type Run } from './middleware.ts';

/** Runs the actions of a type. It resolves to the result; an error that it throws leads to a retry or a dead letter. */
export type Handler<D, R, C = unknown> = (
  action: DomainAction<D>,
  ctx: ActionContext<C>,
) => Promise<R> | R;

/** Returns the throttle key of an action; undefined if it has none. */
export type ThrottleKeyOf<D> = (action: DomainAction<D>) => string | undefined;

/** Overrides of the worker's retry policy for one action type, and a callback for when it is exhausted. */
export interface HandlerOptions<D = unknown> extends Partial<RetryPolicy> {
  /**
   * Name of the resource with a limit that the handler uses, such as `openai/gpt-4o`, or a function that returns it for an
   * action. An action whose key is held is put off without running its handler. Once an attempt meets a limit that states its
   * time, the key is held for that time in all workers of the domain. @default none
   */
  readonly throttleKey?: string | ThrottleKeyOf<D>;
  /** Runs before the action becomes a dead letter. @default nothing */
  readonly onDead?: OnDead;
}

const THROTTLE_KEY: OptionRule = {
  isValid: (value) => typeof value === 'function' || THROTTLE_KEY_RULE.isValid(value),
  expected: `${THROTTLE_KEY_RULE.expected}, or a function that returns one`,
};

const CHECK: OptionsCheck<HandlerOptions> = {
  of: 'a handler',
  rules: { ...RETRY_RULES, onDead: rule.function, throttleKey: THROTTLE_KEY },
};

/** One registered action type. */
export interface Registration {
  readonly type: string;
  readonly domain: string;
  readonly retry: Partial<RetryPolicy>;
  readonly onDead: OnDead | undefined;
  /** Throws ValidationError for invalid data, and RangeError for an invalid key. */
  readonly throttleKeyOf: ThrottleKeyOf<unknown> | undefined;
  /**
   * Parses the data, runs middleware and handler, parses the result. Rejects with ValidationError for invalid data or
   * results.
   */
  readonly run: Run;
  readonly streams: boolean;
  /** Throws ValidationError. */
  readonly parseChunk: (chunk: unknown) => unknown;
}

/** The handlers of a worker by action type, and the middleware around them. */
export class ActionProcessor {
  readonly #middleware: Middleware[] = [];
  readonly #registrations = new Map<string, Registration>();

  /** Adds middleware around every handler, including those already registered. The first added is the outermost. */
  use(middleware: Middleware): this {
    this.#middleware.push(middleware);
    return this;
  }

  /**
   * Sets the handler of an action type. Throws InvalidActionError if the type already has one, and RangeError for invalid
   * options.
   */
  register<D, R, C = unknown>(
    definition: ActionDefinition<D, R, C>,
    handler: Handler<D, R, C>,
    options: HandlerOptions<D> = {},
  ): this {
    const { type, domain, streams } = definition;
    const parseChunk = (chunk: unknown): C => definition.parseChunk(chunk);
    if (this.#registrations.has(type)) {
      throw new InvalidActionError({ reason: `action type "${type}" already has a handler` });
    }
    // Checked here, so that a mistake shows at start-up; completed once the policy of the worker is known.
    const { onDead, throttleKey, ...retry } = readOptions(options as HandlerOptions, CHECK);
    checkOption('the handler', handler, rule.function);
    const run = this.#runOf(definition, handler);
    const throttleKeyOf = keyOf(definition, throttleKey);
    const registration = { type, domain, retry, onDead, throttleKeyOf, run, streams, parseChunk };
    this.#registrations.set(type, Object.freeze(registration));
    return this;
  }

  /** All registered action types, in the order of their registration. */
  get actionTypes(): readonly string[] {
    return [...this.#registrations.keys()];
  }

  /** Returns the registration of an action type; undefined if it has none. */
  find(actionType: string): Registration | undefined {
    return this.#registrations.get(actionType);
  }

  #runOf<D, R, C>(definition: ActionDefinition<D, R, C>, handler: Handler<D, R, C>): Run {
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

function keyOf<D, R>(
  definition: ActionDefinition<D, R>,
  key: HandlerOptions['throttleKey'],
): ThrottleKeyOf<unknown> | undefined {
  if (typeof key !== 'function') return key === undefined ? undefined : () => key;
  return (action) => {
    const found: unknown = key({ ...action, data: definition.parseData(action.data) });
    if (found !== undefined) checkOption('throttleKey', found, THROTTLE_KEY_RULE);
    return found as string | undefined;
  };
}
