import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';

const { CHANGED, UNCHANGED } = CODES.pausing;

/** Returns the call that removes what the keyspace knows of a tenant without actions. */
export function forgetCall(keyspace: Keyspace, tenantId: string): ScriptCall {
  return keyspace.call('forget', [tenantId]);
}

/** Returns false if the tenant has actions, and is not forgotten. */
export function readForgotten(reply: unknown): boolean {
  return codeAmong([CHANGED, UNCHANGED], reply, 'forget') === CHANGED;
}
