import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { CallId } from '../call-ring.ts';
import { codeAmong } from '../unreadable.ts';
import type { Keyspace } from '../keyspace.ts';

/**
 * Result of a cancellation. `cancelled`: it will not start. `cancelling`: it runs; its signal is aborted, and it ends as
 * cancelled, unless its caller has been sent its outcome already. Otherwise its earlier ending, or `unknown`.
 */
export type CancelResult = (typeof RESULTS)[number];

const { CANCELLING, UNKNOWN } = CODES.places;
const RESULTS = [...Object.values(CODES.endings), CANCELLING, UNKNOWN] as const;

/** Actions to cancel, and their tenant. */
export interface CancelArguments {
  readonly id: CallId;
  /** An action of another tenant is `unknown`. @default any tenant */
  readonly tenantId: string | undefined;
  readonly actionIds: readonly string[];
}

/** Returns the call that cancels up to 500 actions. */
export function cancelCall(
  keyspace: Keyspace,
  { id, tenantId = '', actionIds }: CancelArguments,
): ScriptCall {
  return keyspace.call('cancel', [id.process, id.number, tenantId, ...actionIds]);
}

/** Returns one result per id, in order. */
export function readCancelled(reply: unknown): CancelResult[] {
  return (reply as unknown[]).map((each) => codeAmong(RESULTS, each, 'cancel'));
}
