import type { WireError } from '@nooble/errors';
import { z } from 'zod';
import { defineAction, type ActionDefinition } from './define-action.ts';

/** What a callback says about the action it answers. */
export type CallbackData<Result = unknown> =
  | { readonly status: 'done'; readonly result: Result }
  | { readonly status: 'dead' | 'expired' | 'cancelled'; readonly error: WireError };

/** The default type of the callback for an action, as in `query.embedding.generate.result`. */
export function callbackTypeOf(actionType: string, callbackDomain: string): string {
  return `${callbackDomain}.${actionType}.result`;
}

/**
 * The definition of the callbacks that a domain gets for an action it sent; its worker registers a
 * handler for it like for any other.
 */
export function defineCallback<Result>(
  definition: Pick<ActionDefinition<unknown, Result>, 'type' | 'parseResult'>,
  callbackDomain: string,
): ActionDefinition<CallbackData<Result>> {
  // Absent where the handler returned nothing: that is for the schema of the result to judge.
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
