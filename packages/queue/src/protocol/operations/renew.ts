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

/** Returns the leases that hold, until `deadline` on the monotonic clock of this process (ms). */
export function readRenewed(reply: unknown, leases: readonly Lease[], deadline: number): Lease[] {
  const { HELD, NOT_HELD } = CODES.renewal;
  const codes = reply as unknown[];
  return leases
    .filter((_, index) => codeAmong([HELD, NOT_HELD], codes[index], 'renew') === HELD)
    .map((lease) => ({ ...lease, deadline }));
}
