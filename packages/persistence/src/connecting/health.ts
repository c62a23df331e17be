import { setTimeout as wait } from 'node:timers/promises';
import type { Sessions } from './sessions.ts';

/** Result of a health check. */
export interface PostgresHealth {
  readonly ok: boolean;
  /** Absent if it is healthy. */
  readonly error?: unknown;
}

const TIMEOUT_MS = 2_000;

/** Returns whether PostgreSQL replies in time. Never rejects. */
export async function healthOf(
  sessions: Sessions,
  timeoutMs = TIMEOUT_MS,
): Promise<PostgresHealth> {
  const stop = new AbortController();
  const attempted = 'check the health of PostgreSQL';
  const reply = sessions.rows({ role: 'app', attempted }, { text: 'SELECT 1' }).then(
    () => ({ ok: true }),
    (error: unknown) => ({ ok: false, error }),
  );
  const late = wait(timeoutMs, undefined, { signal: stop.signal, ref: false }).then(
    () => ({ ok: false, error: new Error(`PostgreSQL does not reply within ${timeoutMs} ms`) }),
    () => ({ ok: true }),
  );
  const health = await Promise.race([reply, late]);
  stop.abort();
  return health;
}
