import { COLUMNS, type EndingRow } from './ending-row.ts';
import { isPurged } from '../tenants/purge-mark.ts';
import type { Statement } from '../connecting/sessions.ts';

const NAMES = Object.keys(COLUMNS);
/** The last two are not columns of `endings`. */
const OWN = NAMES.slice(0, -2).join(', ');
const ARRAYS = Object.values(COLUMNS).map((type, at) => `$${at + 1}::${type}[]`);

const ENDINGS = ['done', 'dead', 'expired', 'cancelled'] as const;
const SUMS = ['attempts', 'stalls', 'cost', 'running_us'] as const;
const COUNTED = [...ENDINGS, ...SUMS];
const KEY = 'tenant_id, day, domain, action_type, tier';

/**
 * One statement, and so one transaction: usage and dead letters follow from the endings that are new. Rows of usage are locked
 * in their order, so that recorders do not wait for each other in a circle.
 */
const TEXT = `
WITH given AS (
  SELECT * FROM unnest(${ARRAYS.join(', ')}) AS given (${NAMES.join(', ')})
), kept AS (
  SELECT * FROM given WHERE NOT ${isPurged('tenant_id', 'ended_at')}
), inserted AS (
  INSERT INTO nooble.endings (${OWN}) SELECT ${OWN} FROM kept
  ON CONFLICT DO NOTHING
  RETURNING ${KEY}, action_id, token, ending, ${SUMS.join(', ')}
), used AS (
  INSERT INTO nooble.usage_daily AS kept (${KEY}, ${COUNTED.join(', ')})
  SELECT ${KEY}, ${ENDINGS.map((each) => `count(*) FILTER (WHERE ending = '${each}')`).join(', ')},
    ${SUMS.map((each) => `sum(${each})`).join(', ')}
  FROM inserted GROUP BY ${KEY} ORDER BY ${KEY}
  ON CONFLICT (${KEY}) DO UPDATE SET
    ${COUNTED.map((each) => `${each} = kept.${each} + excluded.${each}`).join(', ')}
), buried AS (
  INSERT INTO nooble.dead_letters
    (domain, action_id, token, tenant_id, action_type, died_at, attempts, redrives, error, envelope)
  SELECT domain, action_id, token, given.tenant_id, given.action_type, ended_at, given.attempts, redrives, error, envelope
  FROM given JOIN inserted USING (domain, action_id, token) WHERE given.ending = 'dead'
  ON CONFLICT DO NOTHING
)
SELECT (SELECT count(*)::integer FROM inserted) AS new,
  (SELECT count(*)::integer FROM given) - (SELECT count(*)::integer FROM kept) AS purged`;

/** Returns the statement that stores these endings. Those that are stored already stay as they are. */
export function endingsStatement(rows: readonly EndingRow[]): Statement {
  const values = NAMES.map((_, column) => rows.map((row) => row[column] ?? null));
  return { name: 'nooble_record_endings', text: TEXT, values };
}
