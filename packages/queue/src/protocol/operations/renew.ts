import type { ScriptCall } from '@nooble/redis';
import type { Lease } from '../../broker.ts';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';
import type { Share } from './claim.ts';

/** The call that moves deadlines, at most 500. */
export function renewCall(
  keyspace: Keyspace,
  { leaseMs, share }: { readonly leaseMs: number; readonly share: Share },
  leases: readonly Lease[],
): ScriptCall {
  const pairs = leases.flatMap(({ actionId, token }) => [actionId, token]);
  return keyspace.call('renew', [leaseMs, share, ...pairs]);
}

/** The leases that hold, until `deadline` on this process's monotonic clock (ms). */
export function readRenewed(reply: unknown, leases: readonly Lease[], deadline: number): Lease[] {
  const { HELD, NOT_HELD } = CODES.renewal;
  const codes = reply as unknown[];
  return leases
    .filter((_, index) => codeAmong([HELD, NOT_HELD], codes[index], 'renew') === HELD)
    .map((lease) => ({ ...lease, deadline }));
}
