import type { ScriptCall } from '@nooble/redis';
import type { Keyspace } from '../keyspace.ts';

/** What a cancel found: it was `cancelled`, or stands where it cannot be, or ended so before. */
export type CancelResult = 'cancelled' | 'active' | 'dead' | 'done' | 'expired' | 'unknown';

/** The call that cancels what has not started. */
export function cancelCall(keyspace: Keyspace, actionIds: readonly string[]): ScriptCall {
  return keyspace.call('cancel', actionIds);
}

/** One result per id, in order. */
export function readCancelled(reply: unknown): CancelResult[] {
  return reply as CancelResult[];
}
