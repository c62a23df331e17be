import type { Purpose } from './sessions.ts';

/** Returns the role that reads: for one tenant that of applications, which row level security keeps to its rows. */
export function readerOf(tenantId: string | undefined, attempted: string): Purpose {
  if (tenantId === undefined) return { role: 'operator', attempted };
  return { role: 'app', attempted, tenantId };
}
