import type { ScriptCall } from '@nooble/redis';
import type { Keyspace } from '../keyspace.ts';

/** Tenant and name of a schedule. */
export interface ScheduleKey {
  readonly tenantId: string;
  readonly name: string;
}

/** A stored schedule. */
export interface ScheduleRow extends ScheduleKey {
  /** Its next slot (Unix ms). */
  readonly slotMs: number;
  readonly record: string;
}

/** Returns the call that reads the names of the schedules of a tenant, or of all if none is given. */
export function scheduleNamesCall(keyspace: Keyspace, tenantId = ''): ScriptCall {
  return keyspace.call('schedules', ['names', tenantId]);
}

export function readScheduleNames(reply: unknown): { nowMs: number; keys: ScheduleKey[] } {
  const [now, ...cells] = reply as string[];
  const keys = Array.from({ length: cells.length / 2 }, (_, at) => ({
    tenantId: cells[2 * at] ?? '',
    name: cells[2 * at + 1] ?? '',
  }));
  return { nowMs: Number(now), keys };
}

/** Returns the call that reads up to 100 schedules. */
export function scheduleRecordsCall(keyspace: Keyspace, keys: readonly ScheduleKey[]): ScriptCall {
  const cells = keys.flatMap(({ tenantId, name }) => [tenantId, name]);
  return keyspace.call('schedules', ['records', ...cells]);
}

/** Returns those that still exist. */
export function readScheduleRecords(reply: unknown): ScheduleRow[] {
  const [, ...cells] = reply as string[];
  return Array.from({ length: cells.length / 4 }, (_, at) => {
    const [tenantId = '', name = '', slot, record = ''] = cells.slice(4 * at, 4 * at + 4);
    return { tenantId, name, slotMs: Number(slot), record };
  });
}
