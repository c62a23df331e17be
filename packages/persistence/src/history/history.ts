import { InvalidActionError, quoted } from '@nooble/errors';
import { assertDomain, assertTenantId } from '@nooble/models';
import type { ActionRef } from '@nooble/queue';
import type { Sessions } from '../connecting/sessions.ts';
import { endingOf, ENDING_COLUMNS, type EndingRecord, type StoredEnding } from './ending-record.ts';
import { readerOf } from '../connecting/readers.ts';
import { searchEndings, type EndingPage, type SearchOptions } from './search.ts';

/** Reads endings. With a tenant it reads as `nooble_app`, so that row level security holds, else as `nooble_operator`. */
export interface History {
  /**
   * Returns the endings of an action, the last one first: several if it was dead and redriven, or its id was used again. Throws
   * InvalidActionError for invalid names, and PostgresUnavailableError.
   */
  get(this: void, ref: ActionRef): Promise<EndingRecord[]>;
  /**
   * Returns one page of endings, the newest first, and a cursor unless it is the last page. Throws RangeError for invalid
   * options, and PostgresUnavailableError.
   */
  search(this: void, options: SearchOptions): Promise<EndingPage>;
  /**
   * Returns the endings of all actions of a task in the order of their admission, up to 10,000. Throws InvalidActionError for an
   * invalid name, and PostgresUnavailableError.
   */
  trace(
    this: void,
    taskId: string,
    options?: { readonly tenantId?: string },
  ): Promise<EndingRecord[]>;
}

const MOST_OF_A_TASK = 10_000;

export function historyOf(sessions: Sessions): History {
  return {
    get: async ({ domain, actionId, tenantId }) => {
      assertDomain(domain);
      assertText('action id', actionId);
      const rows = await read(sessions, tenantId, {
        name: 'nooble_history_get',
        text: `SELECT ${ENDING_COLUMNS} FROM nooble.endings WHERE domain = $1 AND action_id = $2 ORDER BY ended_at DESC, token DESC LIMIT 1000`,
        values: [domain, actionId],
      });
      return rows.map(endingOf);
    },
    search: async (options) => searchEndings(sessions, options),
    trace: async (taskId, { tenantId } = {}) => {
      assertText('task id', taskId);
      const rows = await read(sessions, tenantId, {
        name: 'nooble_history_trace',
        text: `SELECT ${ENDING_COLUMNS} FROM nooble.endings WHERE task_id = $1 ORDER BY admitted_at, ended_at, action_id LIMIT ${MOST_OF_A_TASK}`,
        values: [taskId],
      });
      return rows.map(endingOf);
    },
  };
}

async function read(
  sessions: Sessions,
  tenantId: string | undefined,
  statement: { readonly name: string; readonly text: string; readonly values: readonly string[] },
): Promise<StoredEnding[]> {
  if (tenantId !== undefined) assertTenantId(tenantId);
  const purpose = readerOf(tenantId, 'read the history');
  return sessions.transaction(purpose, async (transaction) =>
    transaction.rows<StoredEnding>(statement),
  );
}

/** PostgreSQL stores no other text, so nothing has such an id. */
function assertText(what: string, value: unknown): asserts value is string {
  if (
    typeof value === 'string' &&
    value.length <= 1_024 &&
    value.isWellFormed() &&
    !value.includes('\0')
  )
    return;
  throw new InvalidActionError({
    reason: `${what} ${quoted(value)} is not well-formed text of up to 1,024 characters`,
  });
}
