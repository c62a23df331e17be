import { quoted } from '@nooble/errors';
import type { ActionDefinition } from '@nooble/models';
import { handled } from './handled.ts';
import { call, type CallInput } from './call.ts';
import type { Journal } from './journal.ts';
import { step } from './step.ts';
import { waitFor, type WaitForOptions } from './wait-for.ts';

/**
 * Work that a handler does once, however often it runs: after a retry, the death of a worker, a deploy or a redrive it receives
 * the value of each name, and continues after it. A name is used once in a handler, and may have 64 letters, digits, dots,
 * hyphens and underscores; at most 1,000 names and 1 MiB in all (PayloadTooLargeError). Throws JournalConflictError for a name
 * that is used twice, or stood for something else before, InvalidActionError for wrong arguments and for a call or a wait
 * inside a step, and HandlerReturnedError once the handler has returned.
 */
export interface Durable {
  /**
   * Runs `compute` and keeps its value, which JSON must be able to hold (ValidationError). An error that is final is kept as well. Runs again
   * after a crash before the value was kept.
   */
  readonly step: <T>(name: string, compute: () => Promise<T> | T) => Promise<T>;
  /**
   * Sends an action, whose id is `<action_id>.<name>`, and waits for its typed result. While a handler does nothing but wait
   * for calls and signals it holds no slot, and neither counts for the cap of its tenant nor for its timeout. Rejects with
   * ActionFailedError, ActionCancelledError or DeadlineExceededError, and with what `enqueue` throws.
   */
  readonly call: <Data, Result, Chunk, Input>(
    name: string,
    definition: ActionDefinition<Data, Result, Chunk, Input>,
    input: CallInput<Input>,
  ) => Promise<Result>;
  /**
   * Waits, without a slot, for a value that `queues.signal` sends under this name. Rejects with ActionTimeoutError, and with
   * ValidationError for a value that does not match the schema.
   */
  readonly waitFor: <Value = unknown>(
    name: string,
    options?: WaitForOptions<Value>,
  ) => Promise<Value>;
}

/** Returns the functions of a handler. `journal` makes it on first use, and throws once the handler has returned. */
export function durableOf(journal: (attempted: string) => Journal): Durable {
  return {
    step: (name, compute) =>
      handled(async () => step(journal(`run step ${quoted(name)}`), name, compute)),
    call: (name, definition, input) =>
      handled(async () => call(journal(`call ${quoted(name)}`), { name, definition, input })),
    waitFor: (name, options = {}) =>
      handled(async () => waitFor(journal(`wait for ${quoted(name)}`), name, options)),
  };
}
