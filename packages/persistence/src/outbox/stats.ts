import type { Sessions } from '../connecting/sessions.ts';

/** State of the outbox. */
export interface OutboxStats {
  /** Committed actions that have not been admitted. */
  readonly pending: number;
  /** Those of them that a relay could admit now: more than a few mean that no relay runs, or that it is too slow. */
  readonly due: number;
  /** Actions that were refused permanently. */
  readonly refused: number;
  /** Age of the oldest action that is due (ms); 0 without one. */
  readonly lagMs: number;
}

const STATS = `
  SELECT count(*) FILTER (WHERE state = 'pending') AS pending,
    count(*) FILTER (WHERE state = 'pending' AND due_at <= clock_timestamp()) AS due,
    count(*) FILTER (WHERE state = 'refused') AS refused,
    coalesce(extract(epoch FROM clock_timestamp() - min(due_at)
      FILTER (WHERE state = 'pending' AND due_at <= clock_timestamp())) * 1000, 0) AS lag_ms
  FROM nooble.outbox WHERE state <> 'done'`;

export async function readOutboxStats(sessions: Sessions): Promise<OutboxStats> {
  const purpose = { role: 'operator', attempted: 'read the state of the outbox' } as const;
  const [row] = await sessions.rows<Record<'pending' | 'due' | 'refused' | 'lag_ms', string>>(
    purpose,
    { text: STATS },
  );
  return {
    pending: Number(row?.pending),
    due: Number(row?.due),
    refused: Number(row?.refused),
    lagMs: Number(row?.lag_ms),
  };
}
