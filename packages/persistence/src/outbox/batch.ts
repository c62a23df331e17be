import { RedisUnavailableError } from '@nooble/errors';
import type { DomainQueueManager } from '@nooble/queue';
import type { Sessions } from '../connecting/sessions.ts';
import { recordVerdicts, type Judged } from './recording.ts';
import { readStored, type StoredAction } from './stored-action.ts';
import { takeDue } from './taking.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** Dependencies of a batch. */
export interface BatchParts {
  readonly sessions: Sessions;
  readonly queues: Pick<DomainQueueManager, 'enqueue'>;
  readonly batchSize: number;
  /** Admitted rows are kept for a time. */
  readonly isKept: boolean;
}

/** Numbers of rows by their verdicts. */
export interface Judgements {
  readonly admitted: number;
  /** Refused permanently. */
  readonly refused: number;
  /** Put off, because of a limit or an error that may pass. */
  readonly putOff: number;
}

/** Result of a batch. */
export interface BatchResult {
  /** Number of lists of rows that were taken. */
  readonly taken: number;
  readonly judged: Judgements;
  /** Redis was unavailable: the other rows remain. */
  readonly failure: RedisUnavailableError | undefined;
}

/**
 * Admits the actions that are due, while their rows are locked. If Redis is unavailable, it records what was admitted before. Throws
 * PostgresUnavailableError: the rows remain, and are admitted again with the same idempotency keys.
 */
export async function admitBatch(parts: BatchParts): Promise<BatchResult> {
  const { sessions, batchSize, isKept } = parts;
  const purpose = { role: 'writer', attempted: 'admit the actions in the outbox' } as const;
  const { lists, failure } = await sessions.transaction(purpose, async (transaction) => {
    const taken = await takeDue(transaction, batchSize);
    const outcomes = await Promise.all(taken.map(async (rows) => admitInOrder(parts, rows)));
    await recordVerdicts(
      transaction,
      outcomes.flatMap(({ judged }) => judged),
      isKept,
    );
    return { lists: outcomes, failure: outcomes.find((outcome) => outcome.failure)?.failure };
  });
  return { taken: lists.length, judged: numbersOf(lists), failure };
}

function numbersOf(lists: readonly ListOutcome[]): Judgements {
  const kinds = lists.flatMap(({ judged }) => judged.map(({ verdict }) => verdict.kind));
  const count = (kind: Verdict['kind']): number => kinds.filter((each) => each === kind).length;
  return { admitted: count('admitted'), refused: count('refused'), putOff: count('put-off') };
}

interface ListOutcome {
  readonly judged: readonly Judged[];
  readonly failure?: RedisUnavailableError;
}

/** Stops at the first action that has to wait: those after it in the sequence wait for it. */
async function admitInOrder(
  parts: BatchParts,
  rows: readonly StoredAction[],
): Promise<ListOutcome> {
  const judged: Judged[] = [];
  try {
    for (const row of rows) {
      const verdict = await admit(parts, row);
      judged.push({ row, verdict });
      if (verdict.kind === 'put-off') break;
    }
    return { judged };
  } catch (error) {
    if (error instanceof RedisUnavailableError) return { judged, failure: error };
    throw error;
  }
}

async function admit({ queues }: BatchParts, row: StoredAction): Promise<Verdict> {
  try {
    const { action, options } = readStored(row);
    await queues.enqueue(action, options);
    return { kind: 'admitted' };
  } catch (error) {
    return verdictOf(error, row.attempts);
  }
}
