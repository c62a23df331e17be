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

/** Number of rows in a batch, and of those that were admitted. */
export interface BatchResult {
  readonly taken: number;
  readonly admitted: number;
}

/**
 * Admits the actions that are due, while their rows are locked. Throws RedisUnavailableError once it has recorded what was admitted
 * before, and PostgresUnavailableError: the rows remain, and are admitted again with the same idempotency keys.
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
  if (failure) throw failure;
  const judged = lists.flatMap((outcome) => outcome.judged);
  const admitted = judged.filter(({ verdict }) => verdict.kind === 'admitted').length;
  return { taken: lists.length, admitted };
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
