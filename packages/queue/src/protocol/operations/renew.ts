import type { ScriptCall } from '@nooble/redis';
import type { Lease } from '../../broker.ts';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';
import type { Share } from './claim.ts';

/** Returns the call that renews up to 500 leases. */
export function renewCall(
  keyspace: Keyspace,
  { leaseMs, share }: { readonly leaseMs: number; readonly share: Share },
  leases: readonly Lease[],
): ScriptCall {
  const pairs = leases.flatMap(({ actionId, token }) => [actionId, token]);
  return keyspace.call('renew', [leaseMs, share, ...pairs]);
}

/** Leases that hold. */
export interface Renewed {
  readonly leases: readonly Lease[];
  /** Those of them whose actions were cancelled. */
  readonly cancelled: readonly Lease[];
  /** Those of them whose handlers wait, and for which an answer has come. */
  readonly answered: readonly Lease[];
}

/** Returns the leases that hold, until `deadline` on the monotonic clock of this process (ms). */
export function readRenewed(reply: unknown, given: readonly Lease[], deadline: number): Renewed {
  const { NOT_HELD, HELD_MARKED, HELD_ANSWERED } = CODES.renewal;
  const leases: Lease[] = [];
  const cancelled: Lease[] = [];
  const answered: Lease[] = [];
  for (const [index, each] of given.entries()) {
    const code = codeAmong(Object.values(CODES.renewal), (reply as unknown[])[index], 'renew');
    const lease = { ...each, deadline };
    if (code !== NOT_HELD) leases.push(lease);
    if (code === HELD_MARKED) cancelled.push(lease);
    if (code === HELD_ANSWERED) answered.push(lease);
  }
  return { leases, cancelled, answered };
}
