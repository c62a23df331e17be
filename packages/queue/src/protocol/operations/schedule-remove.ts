import type { ScriptCall } from '@nooble/redis';
import type { CallId } from '../call-ring.ts';
import type { Keyspace } from '../keyspace.ts';

/** Returns the call that removes a schedule. */
export function scheduleRemoveCall(
  keyspace: Keyspace,
  id: CallId,
  { tenantId, name }: { readonly tenantId: string; readonly name: string },
): ScriptCall {
  return keyspace.call('schedule_remove', [id.process, id.number, tenantId, name]);
}

/** Returns true if there was one. */
export function readRemoved(reply: unknown): boolean {
  return Number(reply) === 1;
}
