import type { ScriptCall } from '@nooble/redis';
import type { CallId } from '../call-ring.ts';
import type { Keyspace } from '../keyspace.ts';

/** Letters to redrive or discard. */
export interface DeadMove {
  readonly id: CallId;
  readonly verb: 'redrive' | 'discard';
  readonly actionIds: readonly string[];
}

/** Returns the call that redrives or discards up to 500 letters. Its reply is their number. */
export function deadMoveCall(keyspace: Keyspace, { id, verb, actionIds }: DeadMove): ScriptCall {
  return keyspace.call('dead_move', [id.process, id.number, verb, ...actionIds]);
}
