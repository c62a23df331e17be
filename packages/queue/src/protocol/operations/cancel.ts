import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { CallId } from '../call-ring.ts';
import { codeAmong } from '../unreadable.ts';
import type { Keyspace } from '../keyspace.ts';

/** What a cancel found: it was `cancelled`, or stands where it cannot be, or ended so before. */
export type CancelResult = (typeof RESULTS)[number];

const { ACTIVE, UNKNOWN } = CODES.places;
const RESULTS = [...Object.values(CODES.endings), ACTIVE, UNKNOWN] as const;

/** What to cancel, and whose it has to be. */
export interface CancelArguments {
  readonly id: CallId;
  /** An action of another tenant is `unknown`. @default any tenant */
  readonly tenantId: string | undefined;
  readonly actionIds: readonly string[];
}

/** The call that cancels what has not started. */
export function cancelCall(
  keyspace: Keyspace,
  { id, tenantId = '', actionIds }: CancelArguments,
): ScriptCall {
  return keyspace.call('cancel', [id.process, id.number, tenantId, ...actionIds]);
}

/** One result per id, in order. */
export function readCancelled(reply: unknown): CancelResult[] {
  return (reply as unknown[]).map((each) => codeAmong(RESULTS, each, 'cancel'));
}
