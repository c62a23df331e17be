import {
  InvalidActionError,
  readOptions,
  rule,
  type OptionRule,
  type OptionsCheck,
} from '@nooble/errors';
import { assertTenantId } from '@nooble/models';
import type { Sessions } from '../connecting/sessions.ts';
import { endingOf, ENDING_COLUMNS, type EndingRecord, type StoredEnding } from './ending-record.ts';
import { readerOf } from '../connecting/readers.ts';

/** Options of `history.search`. */
export interface SearchOptions {
  /** @default all tenants, as an operator */
  readonly tenantId?: string;
  /** @default all domains */
  readonly domain?: string;
  readonly actionType?: string;
  readonly ending?: EndingRecord['ending'];
  readonly errorCode?: string;
  /** Endings from this time on. @default the beginning */
  readonly from?: Date;
  /** Endings before this time. @default now */
  readonly to?: Date;
  /** Maximum number of endings per page, up to 1,000. @default 100 */
  readonly limit?: number;
  /** `cursor` of the page before. */
  readonly cursor?: string;
}

/** One page of endings. */
export interface EndingPage {
  readonly endings: readonly EndingRecord[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

const TEXT: OptionRule = {
  isValid: (value) =>
    typeof value === 'string' &&
    value.length <= 1_024 &&
    value.isWellFormed() &&
    !value.includes('\0'),
  expected: 'well-formed text of up to 1,024 characters',
};
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59Z');
const TIME: OptionRule = {
  isValid: (value) =>
    value instanceof Date && value.getTime() >= FIRST_MS && value.getTime() <= LAST_MS,
  expected: 'a Date in the years 1 to 9999',
};

const CHECK: OptionsCheck<SearchOptions> = {
  of: 'a search',
  rules: {
    tenantId: TEXT,
    domain: TEXT,
    actionType: TEXT,
    ending: rule.oneOf('done', 'dead', 'expired', 'cancelled'),
    errorCode: TEXT,
    from: TIME,
    to: TIME,
    limit: rule.whole(1, 1_000),
    cursor: TEXT,
  },
};

/** The conditions are constants; only their values come from the options. */
export async function searchEndings(sessions: Sessions, given: SearchOptions): Promise<EndingPage> {
  const { limit = 100, cursor, tenantId, ...wanted } = readOptions(given, CHECK);
  if (tenantId !== undefined) assertTenantId(tenantId);
  const values: unknown[] = [];
  const conditions = ['true'];
  const where = (condition: (...places: string[]) => string, ...of: readonly unknown[]): void => {
    if (of[0] === undefined) return;
    conditions.push(condition(...of.map((value) => `$${values.push(value)}`)));
  };
  where((it) => `tenant_id = ${it}`, tenantId);
  where((it) => `domain = ${it}`, wanted.domain);
  where((it) => `action_type = ${it}`, wanted.actionType);
  where((it) => `ending = ${it}`, wanted.ending);
  where((it) => `error_code = ${it}`, wanted.errorCode);
  where((it) => `ended_at >= ${it}`, wanted.from);
  where((it) => `ended_at < ${it}`, wanted.to);
  where(
    (at, token, id) => `(ended_at, token, action_id) < (${at}, ${token}::bigint, ${id})`,
    ...(cursor === undefined ? [] : placeOf(cursor)),
  );
  const text = `SELECT ${ENDING_COLUMNS} FROM nooble.endings WHERE ${conditions.join(' AND ')} ORDER BY ended_at DESC, token DESC, action_id DESC LIMIT ${limit + 1}`;
  const purpose = readerOf(tenantId, 'search the history');
  const rows = await sessions.transaction(purpose, async (transaction) =>
    transaction.rows<StoredEnding>({ text, values }),
  );
  const endings = rows.slice(0, limit).map(endingOf);
  const last = endings.at(-1);
  return { endings, ...(rows.length > limit && last && { cursor: cursorOf(last) }) };
}

function cursorOf({ endedAt, token, actionId }: EndingRecord): string {
  return Buffer.from(JSON.stringify([endedAt.toISOString(), token, actionId])).toString(
    'base64url',
  );
}

function placeOf(cursor: string): [Date, string, string] {
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const [at, token, id] = parts.map(String);
    const time = new Date(at ?? '');
    if (!Number.isNaN(time.getTime()) && /^\d{1,18}$/.test(token ?? '') && TEXT.isValid(id)) {
      return [time, token ?? '', id ?? ''];
    }
  } catch {
    // The error would quote the cursor.
  }
  throw new InvalidActionError({ reason: 'the cursor is not one of `history.search`' });
}
