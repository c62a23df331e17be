import type { ScriptCall } from '@nooble/redis';
import type { Keyspace } from '../keyspace.ts';
import type { HandedSlot } from './slots.ts';

/** Slot that follows, and the time at which it is due (Unix ms). The same slot is tried again. */
export interface NextSlot {
  readonly slotMs: number;
  readonly dueMs: number;
}

/** Returns the call that moves a schedule on from a slot; without a next one the schedule is removed. */
export function slotDoneCall(
  keyspace: Keyspace,
  { tenantId, name, slotMs, revision }: HandedSlot,
  next: NextSlot | undefined,
): ScriptCall {
  const following = next ? [next.slotMs, next.dueMs] : ['', ''];
  return keyspace.call('slot_done', [tenantId, name, slotMs, revision, ...following]);
}
