import type { Transaction } from '../connecting/sessions.ts';
import { STORED_ACTION, type StoredAction } from './stored-action.ts';

/** Maximum number of actions of one sequence in a batch: they are admitted one after the other. */
const SEQUENCE_BATCH = 64;

/** Rows that are due. Of each sequence only the first pending one, which nobody else may take while it is locked. */
const DUE = `
  SELECT ${STORED_ACTION} FROM nooble.outbox AS row
  WHERE state = 'pending' AND due_at <= now() AND (sequence IS NULL OR NOT EXISTS (
    SELECT FROM nooble.outbox AS earlier
    WHERE earlier.state = 'pending' AND earlier.tenant_id = row.tenant_id
      AND earlier.domain = row.domain AND earlier.sequence = row.sequence AND earlier.id < row.id))
  ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`;

/** The rows after the first one of a sequence. Nobody else takes them: they are not the first one. */
const FOLLOWING = `
  SELECT ${STORED_ACTION} FROM nooble.outbox
  WHERE state = 'pending' AND tenant_id = $1 AND domain = $2 AND sequence = $3 AND id > $4::bigint
  ORDER BY id LIMIT ${SEQUENCE_BATCH - 1} FOR UPDATE`;

/**
 * Locks up to `batchSize` rows that are due, and those that follow them in their sequences. Returns lists of rows that must be
 * admitted in order; rows of different lists may be admitted at the same time.
 */
export async function takeDue(
  transaction: Transaction,
  batchSize: number,
): Promise<readonly (readonly StoredAction[])[]> {
  const due = await transaction.rows<StoredAction>({
    name: 'nooble_outbox_due',
    text: DUE,
    values: [batchSize],
  });
  const lists: (readonly StoredAction[])[] = [];
  for (const row of due) {
    if (row.sequence === null) lists.push([row]);
    else lists.push([row, ...(await following(transaction, row))]);
  }
  return lists;
}

async function following(
  transaction: Transaction,
  { tenant_id, domain, sequence, id }: StoredAction,
): Promise<StoredAction[]> {
  return transaction.rows<StoredAction>({
    name: 'nooble_outbox_following',
    text: FOLLOWING,
    values: [tenant_id, domain, sequence, id],
  });
}
