import type { CallbackData } from '@nooble/models';
import { errorOfOutcome, type Awaited } from './outcome-error.ts';

/** An action whose outcome is converted. */
export interface EndedAction<Result> extends Awaited {
  /** Throws ValidationError. */
  readonly parseResult: (result: unknown) => Result;
}

/** Returns the typed result. Throws the error of another outcome. */
export function resultOf<Result>(ended: EndedAction<Result>, data: CallbackData): Result {
  if (data.status === 'done') return ended.parseResult(data.result);
  throw errorOfOutcome(ended, data);
}
