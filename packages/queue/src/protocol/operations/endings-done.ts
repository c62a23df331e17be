import type { ScriptCall } from '@nooble/redis';
import type { Keyspace } from '../keyspace.ts';

/** Returns the call that removes up to 1,000 entries which a recorder has stored. */
export function endingsDoneCall(keyspace: Keyspace, entryIds: readonly string[]): ScriptCall {
  return keyspace.call('endings_done', entryIds);
}
