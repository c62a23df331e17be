import {
  ActionTimeoutError,
  InvalidActionError,
  quoted,
  readOptions,
  rule,
  toWireError,
  type OptionsCheck,
} from '@nooble/errors';
import { parseWith, type ValueSchema } from '@nooble/models';
import { answerIn, errorIn, type Answer } from './answer.ts';
import { assertOutsideSteps } from './inside-step.ts';
import type { Journal } from './journal.ts';
import { deadlineOf, type Meaning } from './meaning.ts';
import type { Deadline } from './pending-answers.ts';
import { SCHEMA } from './usable.ts';

/** Options of a wait for a signal. */
export interface WaitForOptions<Value> {
  /** Schema of the value. @default anything */
  readonly schema?: ValueSchema<Value>;
  /** Maximum time, from when the handler first came to this wait (ms). @default until the action expires */
  readonly timeoutMs?: number;
}

const CHECK: OptionsCheck<WaitForOptions<never>> = {
  of: 'waitFor',
  rules: { schema: SCHEMA, timeoutMs: rule.duration },
  refuse: (reason) => new InvalidActionError({ reason }),
};

/**
 * Waits for the signal of a name. Rejects with ActionTimeoutError, and with ValidationError for a value that does not match
 * the schema. Throws InvalidActionError for invalid options.
 */
export async function waitFor<Value>(
  journal: Journal,
  name: string,
  given: WaitForOptions<Value>,
): Promise<Value> {
  assertOutsideSteps(journal, `wait ${quoted(name)}`);
  const { schema, timeoutMs } = readOptions(given, CHECK);
  const untilMs = timeoutMs === undefined ? 0 : Math.round(journal.nowMs + timeoutMs);
  const meaning: Meaning = `wait ${untilMs}`;
  const known = await journal.begin(name, meaning);
  const { actionId } = journal.action;
  const deadline = deadlineIn(known.meaning ?? meaning, { actionId, awaited: name, timeoutMs });
  const isNew = known.meaning === undefined;
  const text = known.answer ?? (await journal.until(name, isNew ? meaning : undefined, deadline));
  const answer = answerIn(text);
  if (answer.status !== 'signal') throw errorIn(answer, { actionId, name });
  const what = `signal "${name}"`;
  return schema ? parseWith(schema, answer.value, what) : (answer.value as Value);
}

interface Late {
  readonly actionId: string;
  readonly awaited: string;
  readonly timeoutMs: number | undefined;
}

/** The deadline of the first run counts, also after a deploy that changes the timeout. */
function deadlineIn(
  meaning: string,
  { actionId, awaited, timeoutMs = 0 }: Late,
): Deadline | undefined {
  const deadlineMs = deadlineOf(meaning);
  if (deadlineMs === undefined) return undefined;
  // Final, because another attempt would find the same answer.
  const wire = toWireError(new ActionTimeoutError({ actionId, awaited, timeoutMs }));
  const error = { ...wire, retryable: false };
  return { deadlineMs, late: JSON.stringify({ status: 'timeout', error } satisfies Answer) };
}
