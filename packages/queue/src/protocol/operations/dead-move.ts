import type { ScriptCall } from '@nooble/redis';
import type { CallId } from '../call-ring.ts';
import type { Keyspace } from '../keyspace.ts';

/** Which letters go where. */
export interface DeadMove {
  readonly id: CallId;
  readonly verb: 'redrive' | 'discard';
  readonly actionIds: readonly string[];
}

/** The call that sends letters back to their queues or discards them, at most 500; it answers how many. */
export function deadMoveCall(keyspace: Keyspace, { id, verb, actionIds }: DeadMove): ScriptCall {
  return keyspace.call('dead_move', [id.process, id.number, verb, ...actionIds]);
}
