import { fromWireError, InvalidActionError, isWireError, readOptions, rule } from '@nooble/errors';
import type { NoobleError, OptionsCheck } from '@nooble/errors';
import { assertTenantId } from '@nooble/models';
import type { Purpose, Sessions } from '../connecting/sessions.ts';

/** An action that was committed, and that its domain has refused permanently. */
export interface RefusedAction {
  /** Number of its row. */
  readonly id: string;
  readonly tenantId: string;
  readonly domain: string;
  readonly actionId: string;
  readonly error: NoobleError;
  readonly refusedAt: Date;
}

/** A page of refused actions. */
export interface RefusedOptions {
  /** @default all tenants */
  readonly tenantId?: string;
  /** Return those after this row. @default the first ones */
  readonly after?: string;
  /** From 1 to 1,000. @default 100 */
  readonly limit?: number;
}

interface RefusedRow {
  id: string;
  tenant_id: string;
  domain: string;
  action_id: string;
  error: string;
  ended_at: Date;
}

const REFUSED: OptionsCheck<RefusedOptions> = {
  of: 'the refused actions',
  rules: { tenantId: rule.anything, after: rule.anything, limit: rule.whole(1, 1_000) },
};

const LIST = `
  SELECT id, tenant_id, domain, action_id, error, ended_at FROM nooble.outbox
  WHERE state = 'refused' AND ($1::text IS NULL OR tenant_id = $1) AND id > $2::bigint
  ORDER BY id LIMIT $3`;

const RETRY = `
  UPDATE nooble.outbox
  SET state = 'pending', due_at = clock_timestamp(), attempts = 0, error = NULL, ended_at = NULL
  WHERE state = 'refused' AND id = ANY($1::bigint[]) RETURNING id`;

const DISCARD = `DELETE FROM nooble.outbox
  WHERE state = 'refused' AND id = ANY($1::bigint[]) RETURNING id`;

/** Bounded, so that no statement holds many locks. */
const DELETE_ENDED = `
  DELETE FROM nooble.outbox WHERE id IN (
    SELECT id FROM nooble.outbox
    WHERE state = 'done' AND ended_at < clock_timestamp() - $1::float8 * interval '1 ms'
    ORDER BY ended_at LIMIT 10000 FOR UPDATE SKIP LOCKED)
  RETURNING id`;

const writing = (attempted: string): Purpose => ({ role: 'writer', attempted });

export async function listRefused(
  sessions: Sessions,
  given: RefusedOptions,
): Promise<RefusedAction[]> {
  const { tenantId, after = '0', limit = 100 } = readOptions(given, REFUSED);
  if (tenantId !== undefined) assertTenantId(tenantId);
  const rows = await sessions.rows<RefusedRow>(
    { role: 'operator', attempted: 'list the refused actions in the outbox' },
    { text: LIST, values: [tenantId ?? null, rowId(after), limit] },
  );
  return rows.map((row) => ({
    id: row.id,
    tenantId: row.tenant_id,
    domain: row.domain,
    actionId: row.action_id,
    error: errorIn(row.error),
    refusedAt: row.ended_at,
  }));
}

/** Returns the number of actions that will be tried again. */
export async function retryRefused(sessions: Sessions, ids: readonly string[]): Promise<number> {
  const purpose = writing('retry refused actions in the outbox');
  return (await sessions.rows(purpose, { text: RETRY, values: [ids.map(rowId)] })).length;
}

/** Returns the number of actions that were deleted. */
export async function discardRefused(sessions: Sessions, ids: readonly string[]): Promise<number> {
  const purpose = writing('discard refused actions in the outbox');
  return (await sessions.rows(purpose, { text: DISCARD, values: [ids.map(rowId)] })).length;
}

/** Deletes the admitted rows that were kept long enough. */
export async function deleteEnded(sessions: Sessions, retainMs: number): Promise<void> {
  const purpose = writing('delete admitted actions from the outbox');
  let deleted: number;
  do {
    deleted = (await sessions.rows(purpose, { text: DELETE_ENDED, values: [retainMs] })).length;
  } while (deleted === 10_000);
}

function rowId(id: string): string {
  if (/^\d{1,18}$/.test(id)) return id;
  throw new InvalidActionError({ reason: 'the number of a row of the outbox is not a number' });
}

function errorIn(text: string): NoobleError {
  const wire: unknown = JSON.parse(text);
  if (isWireError(wire)) return fromWireError(wire);
  return new InvalidActionError({ reason: 'its row of the outbox has no readable error' });
}
