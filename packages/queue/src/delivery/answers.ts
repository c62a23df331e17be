import { toWireError } from '@nooble/errors';
import type { RedisPool } from '@nooble/redis';
import { ask } from '../protocol/calling.ts';
import { journalFull } from '../protocol/journal-limits.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { answerCall, readAnswered, type Answered } from '../protocol/operations/journal.ts';
import type { Partitions } from '../protocol/partitions.ts';
import type { Answer } from './answer.ts';

/** Dependencies of answers. */
export interface AnswerParts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
}

/**
 * Writes the outcome of a child to the journal of its parent. An outcome for which the journal has no room is replaced by an
 * error that says so. Throws RedisUnavailableError.
 */
export async function deliverAnswer(parts: AnswerParts, answer: Answer): Promise<void> {
  const result = await writeAnswer(parts, answer);
  if (result !== 'large') return;
  // The name of a call is in the journal, so that an answer never is one too many; a small one always fits.
  const error = toWireError(
    journalFull(answer.actionId, { addedBytes: Buffer.byteLength(answer.text) }),
  );
  await writeAnswer(parts, { ...answer, text: JSON.stringify({ status: 'dead', error }) });
}

/** Writes an answer, whose names must have been checked. An action that its partition does not know may have moved. */
export async function writeAnswer(
  { redis, partitions }: AnswerParts,
  answer: Answer,
): Promise<Answered> {
  const { domain, tenantId } = answer;
  const known = (await partitions.of(domain)).of(tenantId);
  const result = await writeTo(redis, known, answer);
  if (result !== 'unknown') return result;
  const now = (await partitions.lookAgain(domain)).of(tenantId);
  return now.wakeKey === known.wakeKey ? result : writeTo(redis, now, answer);
}

async function writeTo(redis: RedisPool, keyspace: Keyspace, answer: Answer): Promise<Answered> {
  const attempted = `answer "${answer.name}" of action "${answer.actionId}"`;
  const [result = 'unknown'] = readAnswered(
    await ask(redis, answerCall(keyspace, [answer]), attempted),
  );
  return result;
}
