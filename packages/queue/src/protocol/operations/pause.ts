import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';

/** Target and kind of a pause. */
export interface PauseArguments {
  /** One tenant of the domain; absent for the whole domain. */
  readonly tenantId?: string;
  /** `move` closes the keyspace for everything, including callbacks: its tenants have moved. */
  readonly verb: 'pause' | 'resume' | 'move';
  /** Also refuses new actions. */
  readonly admission: boolean;
  /** Takes effect even if the tenants have moved; only for repartitioning. */
  readonly evenMoved?: boolean;
}

/** Returns the call that pauses or resumes serving. */
export function pauseCall(
  keyspace: Keyspace,
  { tenantId, verb, admission, evenMoved = false }: PauseArguments,
): ScriptCall {
  return keyspace.call('pause', [tenantId ?? '', verb, admission ? 1 : 0, evenMoved ? 1 : 0]);
}

/** Returns true if it took effect; false if the tenants have moved. */
export function readPaused(reply: unknown): boolean {
  const { CHANGED, UNCHANGED } = CODES.pausing;
  return codeAmong([CHANGED, UNCHANGED], reply, 'pause') === CHANGED;
}
