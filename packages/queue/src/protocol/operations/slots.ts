import type { ScriptCall } from '@nooble/redis';
import type { Keyspace } from '../keyspace.ts';
import type { ScheduleRow } from './schedules.ts';

/** A slot that was handed to this worker. Times are Unix ms. */
export interface HandedSlot extends ScheduleRow {
  readonly firstMs: number;
  readonly openMs: number;
  readonly revision: string;
}

/** Slots that are due. */
export interface Slots {
  readonly nowMs: number;
  /** Time at which the next slot is due; undefined without schedules. */
  readonly nextMs: number | undefined;
  readonly handed: readonly HandedSlot[];
}

/** Returns the call that hands out up to 100 due slots; another worker gets them again after `againMs`. */
export function slotsCall(keyspace: Keyspace, againMs: number): ScriptCall {
  return keyspace.call('slots', [againMs]);
}

export function readSlots(reply: unknown): Slots {
  const [now, next, ...cells] = reply as string[];
  const handed = Array.from({ length: cells.length / 7 }, (_, at) =>
    handedOf(cells.slice(7 * at, 7 * at + 7)),
  );
  return { nowMs: Number(now), nextMs: next === '' ? undefined : Number(next), handed };
}

function handedOf(cells: readonly string[]): HandedSlot {
  const [tenantId = '', name = '', slot, first, open, revision = '', record = ''] = cells;
  const times = { slotMs: Number(slot), firstMs: Number(first), openMs: Number(open) };
  return { tenantId, name, ...times, revision, record };
}
