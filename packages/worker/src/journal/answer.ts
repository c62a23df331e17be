import { fromWireError, JournalConflictError, type WireError } from '@nooble/errors';
import type { CallbackData } from '@nooble/models';

/**
 * The value of a name: the outcome of a child or of a step, the value of a signal, or an error because none came in time. Any
 * service may have written it.
 */
export type Answer =
  | CallbackData
  | { readonly status: 'timeout'; readonly error: WireError }
  | { readonly status: 'signal'; readonly value: unknown };

/** Decodes an answer. */
export function answerIn(text: string): Answer {
  return JSON.parse(text) as Answer;
}

/** Returns the error that an answer stands for, if its name expects a different kind. */
export function errorIn(
  answer: Answer,
  { actionId, name }: { actionId: string; name: string },
): Error {
  if ('error' in answer) return fromWireError(answer.error);
  const kind = answer.status === 'signal' ? 'a signal' : 'a result';
  const reason = `it has ${kind} as its answer, which it does not wait for`;
  return new JournalConflictError({ actionId, name, reason });
}
