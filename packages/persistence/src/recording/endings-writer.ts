import type { EndingsBatch, HistoryEnding, HistoryGap } from '@nooble/queue';
import type { Sessions } from '../connecting/sessions.ts';
import { isPurged } from '../tenants/purge-mark.ts';
import { EndingDays } from './ending-days.ts';
import { dayOf, rowOf, type EndingRow } from './ending-row.ts';
import { endingsStatement } from './endings-statement.ts';
import type { Written } from './recorded.ts';
import { storable } from './storable.ts';

interface Prepared {
  readonly entry: HistoryEnding;
  readonly row: EndingRow;
}

type Stored = Omit<Written, 'missing'>;

const NOTHING: Stored = { endings: 0, refused: 0, purged: 0 };

/** SQLSTATE classes of errors that are in a row: data exception, constraint, a limit such as nesting. */
const OF_A_ROW = ['22', '23', '54'];

/** Stores batches of endings. Each ending is stored once, however often it is received; one that cannot be stored fails alone. */
export class EndingsWriter {
  readonly days: EndingDays;
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
    this.days = new EndingDays(sessions);
  }

  /** Throws PostgresUnavailableError and PostgresSetupError; the batch is safe to write again. */
  async write(batch: EndingsBatch): Promise<Written> {
    const endings = batch.entries.filter((entry) => entry.kind === 'ending');
    const gaps = batch.entries.filter((entry) => entry.kind === 'gap');
    const { prepared, refused } = this.#prepare(endings);
    await this.days.create(prepared.map(({ entry }) => dayOf(entry)));
    let written = NOTHING;
    for (const [entry, reason] of refused) {
      written = sum(written, await this.#refuse(batch, entry, { reason }));
    }
    written = sum(written, await this.#store(batch, prepared));
    for (const gap of gaps) await this.#storeGap(batch, gap);
    const missing = gaps.reduce((total, { count }) => total + count, 0);
    return { ...written, missing };
  }

  #prepare(endings: readonly HistoryEnding[]) {
    const prepared: Prepared[] = [];
    const refused: [HistoryEnding, string][] = [];
    for (const entry of endings) {
      try {
        const row = rowOf(entry);
        if (this.days.isPlausible(dayOf(entry))) prepared.push({ entry, row });
        else refused.push([entry, 'it ended more than a year ago, or in the future']);
      } catch (error) {
        refused.push([entry, (error as Error).message]);
      }
    }
    return { prepared, refused };
  }

  /** Halves a batch that is refused, until the refused ending is alone. */
  async #store(batch: EndingsBatch, prepared: readonly Prepared[]): Promise<Stored> {
    if (prepared.length === 0) return NOTHING;
    try {
      const statement = endingsStatement(prepared.map(({ row }) => row));
      const [stored] = await this.#sessions.rows<{ new: number; purged: number }>(
        RECORD,
        statement,
      );
      return { endings: stored?.new ?? 0, refused: 0, purged: stored?.purged ?? 0 };
    } catch (error) {
      if (lacksPartition(error)) this.days.forget();
      if (lacksPartition(error) || !isOfARow(error)) throw error;
      const [only] = prepared;
      if (only && prepared.length === 1) {
        const reason = (error as Error).message;
        return this.#refuse(batch, only.entry, { reason, endedMs: only.entry.endedMs });
      }
    }
    const middle = Math.ceil(prepared.length / 2);
    const first = await this.#store(batch, prepared.slice(0, middle));
    return sum(first, await this.#store(batch, prepared.slice(middle)));
  }

  /** Without a plausible time, any purge of its tenant removes it. */
  async #refuse(
    batch: EndingsBatch,
    entry: HistoryEnding,
    { reason, endedMs = 0 }: { readonly reason: string; readonly endedMs?: number },
  ): Promise<Stored> {
    const { domain, partition } = batch;
    const { entryId, actionId, token, tenantId } = entry;
    const texts = [entryId, actionId, token, tenantId, reason, JSON.stringify(entry)];
    const [row] = await this.#sessions.rows<{ purged: boolean }>(RECORD, {
      name: 'nooble_refuse_ending',
      text: `WITH ending AS (SELECT ${isPurged('$6', 'to_timestamp($9 / 1000.0)')} AS purged), refused AS (
          INSERT INTO nooble.refused_endings (domain, partition, entry_id, action_id, token, tenant_id, reason, entry)
          SELECT $1, $2, $3, $4, $5, $6, $7, $8 FROM ending WHERE NOT purged ON CONFLICT DO NOTHING)
        SELECT purged FROM ending`,
      values: [domain, partition, ...texts.map(storable), endedMs],
    });
    const purged = row?.purged === true ? 1 : 0;
    return { endings: 0, refused: 1 - purged, purged };
  }

  async #storeGap({ domain, partition }: EndingsBatch, gap: HistoryGap): Promise<void> {
    const { entryId, first, last, count, bytes } = gap;
    await this.#sessions.rows(RECORD, {
      name: 'nooble_record_gap',
      text: `INSERT INTO nooble.history_gaps
          (domain, partition, entry_id, first_ended_at, first_action_id, last_ended_at, last_action_id, endings, bytes)
        VALUES ($1, $2, $3, to_timestamp($4 / 1000.0), $5, to_timestamp($6 / 1000.0), $7, $8, $9) ON CONFLICT DO NOTHING`,
      values: [
        domain,
        partition,
        entryId,
        first.endedMs,
        storable(first.actionId),
        last.endedMs,
        storable(last.actionId),
        count,
        bytes,
      ],
    });
  }
}

const RECORD = { role: 'writer', attempted: 'record endings' } as const;

function sum(one: Stored, other: Stored): Stored {
  return {
    endings: one.endings + other.endings,
    refused: one.refused + other.refused,
    purged: one.purged + other.purged,
  };
}

/** The next attempt creates it. The violation of a check has the name of its constraint. */
function lacksPartition(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23514' && constraint === undefined;
}

function isOfARow(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return (
    typeof code === 'string' && code.length === 5 && OF_A_ROW.some((each) => code.startsWith(each))
  );
}
