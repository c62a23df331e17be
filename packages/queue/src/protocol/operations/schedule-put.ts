import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { CallId } from '../call-ring.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';

/** A schedule to store. */
export interface SchedulePut {
  readonly tenantId: string;
  readonly name: string;
  /** Its first slot (Unix ms), unless a schedule with the same times is stored. */
  readonly slotMs: number;
  /** Two lines. */
  readonly record: readonly [string, string];
  readonly mostPerTenant: number;
  readonly mostPerDomain: number;
}

/** Returns the call that stores a schedule in the keyspace of the domain as a whole. */
export function schedulePutCall(keyspace: Keyspace, id: CallId, put: SchedulePut): ScriptCall {
  const { tenantId, name, slotMs, record, mostPerTenant, mostPerDomain } = put;
  const most = [mostPerTenant, mostPerDomain];
  return keyspace.call('schedule_put', [
    id.process,
    id.number,
    tenantId,
    name,
    slotMs,
    ...record,
    ...most,
  ]);
}

/** Returns its next slot (Unix ms), or whose room for schedules is full. */
export function readPut(reply: unknown): number | 'tenant' | 'domain' {
  const { SCHEDULED, TENANT_FULL, DOMAIN_FULL } = CODES.storing;
  const [code, slotMs] = (reply as unknown[]).map(Number);
  const known = codeAmong([SCHEDULED, TENANT_FULL, DOMAIN_FULL], code, 'schedule_put');
  if (known === SCHEDULED) return slotMs ?? 0;
  return known === TENANT_FULL ? 'tenant' : 'domain';
}
