import type { Transaction } from '../connecting/sessions.ts';
import type { StoredAction } from './stored-action.ts';
import type { Verdict } from './verdict.ts';

/** A row with the result of its admission. */
export interface Judged {
  readonly row: StoredAction;
  readonly verdict: Verdict;
}

const DELETE = 'DELETE FROM nooble.outbox WHERE id = ANY($1::bigint[])';

const KEEP = `UPDATE nooble.outbox SET state = 'done', error = NULL, ended_at = clock_timestamp()
  WHERE id = ANY($1::bigint[])`;

const REFUSE = `
  UPDATE nooble.outbox AS row
  SET state = 'refused', error = given.error, attempts = attempts + 1, ended_at = clock_timestamp()
  FROM unnest($1::bigint[], $2::text[]) AS given(id, error) WHERE row.id = given.id`;

const PUT_OFF = `
  UPDATE nooble.outbox AS row
  SET error = given.error, attempts = attempts + 1,
      due_at = clock_timestamp() + given.delay_ms * interval '1 ms'
  FROM unnest($1::bigint[], $2::text[], $3::float8[]) AS given(id, error, delay_ms)
  WHERE row.id = given.id`;

/** Rows that another relay has locked find the same limit themselves. */
const HOLD = `
  UPDATE nooble.outbox SET due_at = clock_timestamp() + $3::float8 * interval '1 ms'
  WHERE id IN (
    SELECT id FROM nooble.outbox
    WHERE tenant_id = $1 AND domain = $2 AND state = 'pending' AND due_at <= now()
    ORDER BY id FOR UPDATE SKIP LOCKED)`;

/** Records the results of a batch in its transaction. Admitted rows are deleted, unless they are kept for a time. */
export async function recordVerdicts(
  transaction: Transaction,
  judged: readonly Judged[],
  isKept: boolean,
): Promise<void> {
  const admitted = judged.filter(({ verdict }) => verdict.kind === 'admitted');
  const admittedIds = admitted.map(({ row }) => row.id);
  if (admittedIds.length > 0)
    await transaction.rows({ text: isKept ? KEEP : DELETE, values: [admittedIds] });
  await recordRefused(transaction, judged);
  await recordPutOff(transaction, judged);
}

async function recordRefused(transaction: Transaction, judged: readonly Judged[]): Promise<void> {
  const [ids, errors]: [string[], string[]] = [[], []];
  for (const { row, verdict } of judged) {
    if (verdict.kind !== 'refused') continue;
    ids.push(row.id);
    errors.push(verdict.error);
  }
  if (ids.length > 0) await transaction.rows({ text: REFUSE, values: [ids, errors] });
}

async function recordPutOff(transaction: Transaction, judged: readonly Judged[]): Promise<void> {
  const [ids, errors, delays]: [string[], string[], number[]] = [[], [], []];
  const held = new Map<string, readonly [string, string, number]>();
  for (const { row, verdict } of judged) {
    if (verdict.kind !== 'put-off') continue;
    ids.push(row.id);
    errors.push(verdict.error);
    delays.push(verdict.delayMs);
    if (!verdict.holds) continue;
    const { tenant_id, domain } = row;
    held.set(`${tenant_id}:${domain}`, [tenant_id, domain, verdict.delayMs]);
  }
  if (ids.length === 0) return;
  await transaction.rows({ text: PUT_OFF, values: [ids, errors, delays] });
  // Otherwise a tenant at its limit would occupy every batch with actions that are refused.
  for (const values of held.values()) await transaction.rows({ text: HOLD, values });
}
