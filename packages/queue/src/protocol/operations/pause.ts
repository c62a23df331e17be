import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';

/** What is paused or resumed. */
export interface PauseArguments {
  /** One tenant of the domain; the whole domain without it. */
  readonly tenantId?: string;
  /** `move` closes to everything, callbacks included: the tenants live elsewhere from now on. */
  readonly verb: 'pause' | 'resume' | 'move';
  /** Refuse admission, too. */
  readonly admission: boolean;
  /** Also where the tenants moved away: only who arranges that may. */
  readonly evenMoved?: boolean;
}

/** The call that stops or resumes serving. */
export function pauseCall(
  keyspace: Keyspace,
  { tenantId, verb, admission, evenMoved = false }: PauseArguments,
): ScriptCall {
  return keyspace.call('pause', [tenantId ?? '', verb, admission ? 1 : 0, evenMoved ? 1 : 0]);
}

/** Whether it took effect: not where the tenants moved away. */
export function readPaused(reply: unknown): boolean {
  const { CHANGED, UNCHANGED } = CODES.pausing;
  return codeAmong([CHANGED, UNCHANGED], reply, 'pause') === CHANGED;
}
