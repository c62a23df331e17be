import type { ScriptCall } from '@nooble/redis';
import type { Keyspace } from '../keyspace.ts';

/** The call that sends letters back to their queues or discards them, at most 500; it answers how many. */
export function deadMoveCall(
  keyspace: Keyspace,
  verb: 'redrive' | 'discard',
  actionIds: readonly string[],
): ScriptCall {
  return keyspace.call('dead_move', [verb, ...actionIds]);
}
