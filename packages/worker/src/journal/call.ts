import {
  assertDefinition,
  formatJournalName,
  type ActionDefinition,
  type ActionInput,
} from '@nooble/models';
import { childFields, domainOf } from '@nooble/models';
import { quoted } from '@nooble/errors';
import { errorOfOutcome } from '@nooble/queue';
import { answerIn, errorIn } from './answer.ts';
import { childIdOf } from './child-id.ts';
import { assertOutsideSteps } from './inside-step.ts';
import type { Journal } from './journal.ts';
import type { Meaning } from './meaning.ts';
import { assertUsable, INPUT } from './usable.ts';

/** Input of a called action: its data, and fields that it does not take from the action that calls it. */
export type CallInput<Input> = Pick<ActionInput<Input>, 'data'> &
  Partial<Pick<ActionInput, 'executionContext' | 'metadata' | 'timeoutMs' | 'expiresAt'>>;

/** A call under a name. */
export interface Call<Data, Result, Chunk, Input> {
  readonly name: string;
  readonly definition: ActionDefinition<Data, Result, Chunk, Input>;
  readonly input: CallInput<Input>;
}

/** Sends an action once, and waits for its typed result. Rejects with the typed error of one that was not done. */
export async function call<Data, Result, Chunk, Input>(
  journal: Journal,
  { name, definition, input }: Call<Data, Result, Chunk, Input>,
): Promise<Result> {
  assertDefinition(definition);
  assertUsable(input, INPUT, `input of call ${quoted(name)}`);
  assertOutsideSteps(journal, `call ${quoted(name)}`);
  const { actionId: parentId } = journal.action;
  const actionId = childIdOf(parentId, name);
  const meaning: Meaning = `call ${definition.type} ${actionId}`;
  const known = await journal.begin(name, meaning);
  const isNew = known.meaning === undefined && known.answer === undefined;
  if (isNew) await journal.work(async () => send(journal, { name, definition, input, actionId }));
  const text = known.answer ?? (await journal.until(name, isNew ? meaning : undefined));
  const answer = answerIn(text);
  if (answer.status === 'done') return definition.parseResult(answer.result);
  if (answer.status === 'signal' || answer.status === 'timeout') {
    throw errorIn(answer, { actionId: parentId, name });
  }
  throw errorOfOutcome({ actionId, actionType: definition.type }, answer);
}

/** The idempotency key outlives the child: sent again after a crash, it does not run again, although it has ended. */
async function send<Data, Result, Chunk, Input>(
  journal: Journal,
  { name, definition, input, actionId }: Call<Data, Result, Chunk, Input> & { actionId: string },
): Promise<void> {
  const { action, queues } = journal;
  const domain = domainOf(action.actionType);
  const replyTo = formatJournalName({ domain, actionId: action.actionId, name });
  const child = definition.create({ ...childFields(action), ...input, actionId, replyTo });
  await journal.reach(async () => queues().enqueue(child, { idempotencyKey: `call/${actionId}` }));
}
