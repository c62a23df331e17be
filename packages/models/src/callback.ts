import type { WireError } from '@nooble/errors';
import { z } from 'zod';
import { defineAction, type ActionDefinition } from './define-action.ts';

/** Data of a callback: the outcome of the original action. */
export type CallbackData<Result = unknown> =
  | { readonly status: 'done'; readonly result: Result }
  | { readonly status: 'dead' | 'expired' | 'cancelled'; readonly error: WireError };

/** Returns the default type of the callback for an action, for example `query.embedding.generate.result`. */
export function callbackTypeOf(actionType: string, callbackDomain: string): string {
  return `${callbackDomain}.${actionType}.result`;
}

/**
 * Returns the definition of the callbacks that a domain receives for an action type. Its worker registers a handler for
 * this definition as for any other.
 */
export function defineCallback<Result>(
  definition: Pick<ActionDefinition<unknown, Result>, 'type' | 'parseResult'>,
  callbackDomain: string,
): ActionDefinition<CallbackData<Result>> {
  // Optional, because a handler may return undefined; the result schema decides whether that is valid.
  const result = z
    .unknown()
    .optional()
    .transform((value) => definition.parseResult(value));
  const data = z.discriminatedUnion('status', [
    z.object({ status: z.literal('done'), result }),
    z.object({ status: z.enum(['dead', 'expired', 'cancelled']), error: wireErrorSchema }),
  ]);
  const type = callbackTypeOf(definition.type, callbackDomain);
  return defineAction(type, { data }) as unknown as ActionDefinition<CallbackData<Result>>;
}

const wireErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  http_status: z.int(),
  details: z.record(z.string(), z.unknown()).optional(),
});
