import { isNoobleError, type NoobleError } from '@nooble/errors';
import { decodeAction, isoOf, newId, reviseAction, type DomainAction } from '@nooble/models';
import { isUnavailable, type RedisPool } from '@nooble/redis';
import { admitAction, type AdmissionParts } from '../admission/admitting.ts';
import { lookUpTenant, type TenantEntry } from '../admission/directory.ts';
import { ask } from '../protocol/calling.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { slotDoneCall, type NextSlot } from '../protocol/operations/slot-done.ts';
import { readSlots, slotsCall, type HandedSlot } from '../protocol/operations/slots.ts';
import { decodeSchedule, type ScheduleRecord } from './schedule-record.ts';
import { planSlot, type SlotPlan } from './slot-plan.ts';
import { slotTimesOf } from './slot-times.ts';

/** Time after which another worker gets a slot of which nothing is known (ms). */
const AGAIN_MS = 10_000;
/** Delays until a refused slot is tried again (ms): as long as it has been tried, within these bounds. */
const RETRY = { leastMs: 10_000, mostMs: 300_000 };

/** Reference to a slot of a schedule. Times are ISO 8601 UTC. */
export interface SlotRef {
  readonly domain: string;
  readonly tenantId: string;
  readonly schedule: string;
  readonly slot: string;
}

/** Receives what became of slots that were not sent, so that none is lost silently. */
export interface SlotListener {
  /** The action was refused, for example at a limit. It is tried again until the next slot is due. */
  readonly onRefused: (slot: SlotRef, error: unknown) => void;
  /** Slots from this one to before `next` are not sent. */
  readonly onMissed: (
    slot: SlotRef,
    facts: { readonly reason: 'late' | 'unknown'; readonly next: string | undefined },
  ) => void;
}

/** Dependencies of running slots. */
export interface SlotParts extends AdmissionParts {
  readonly redis: RedisPool;
  readonly closing: AbortController;
}

/**
 * Sends the actions of all slots that are due. Any number of processes may call it: a slot is handed to one of them at a
 * time, and is sent under an idempotency key. Returns the time until the next slot (ms) and that time as it is stored.
 * Throws RedisUnavailableError; the slots are then handed out again.
 */
export async function sendDueSlots(
  parts: SlotParts,
  keyspace: Keyspace,
  listener: SlotListener,
): Promise<{ inMs: number; storedMs: number } | undefined> {
  const attempted = `read the schedules of ${keyspace.title}`;
  for (;;) {
    const reply = await ask(parts.redis, slotsCall(keyspace, AGAIN_MS), attempted);
    const { nowMs, nextMs, handed } = readSlots(reply);
    if (handed.length === 0 || parts.closing.signal.aborted) {
      return nextMs === undefined ? undefined : { inMs: nextMs - nowMs, storedMs: nextMs };
    }
    const sender = new SlotSender(parts, { keyspace, listener, nowMs });
    await Promise.all(handed.map(async (slot) => sender.send(slot)));
  }
}

interface SlotCall {
  readonly keyspace: Keyspace;
  readonly listener: SlotListener;
  readonly nowMs: number;
}

/** Sends the slots of one call, and moves their schedules on. */
class SlotSender {
  readonly #parts: SlotParts;
  readonly #call: SlotCall;

  constructor(parts: SlotParts, call: SlotCall) {
    this.#parts = parts;
    this.#call = call;
  }

  /** Throws RedisUnavailableError. A schedule that cannot be read stays as it is, and is reported. */
  async send(slot: HandedSlot): Promise<void> {
    const { listener, nowMs } = this.#call;
    try {
      const record = decodeSchedule(slot.record);
      const times = slotTimesOf(record.timing);
      const plan = planSlot({ ...slot, nowMs, missed: record.missed, times });
      const error = await this.#sendPlanned(slot, record, plan);
      await this.#moveOn(slot, error ? this.#retryOf(slot, error) : nextOf(plan));
    } catch (error) {
      if (isUnavailable(error)) throw error;
      listener.onRefused(this.#refOf(slot), error);
    }
  }

  /** Returns the reason if the action was refused. */
  async #sendPlanned(
    slot: HandedSlot,
    record: ScheduleRecord,
    { sendMs, skipped = 'late', nextMs }: SlotPlan,
  ): Promise<NoobleError | undefined> {
    const { listener } = this.#call;
    if (sendMs === undefined || sendMs > slot.slotMs) {
      const next = sendMs ?? nextMs;
      const isReported = sendMs === undefined || record.missed === 'skip';
      if (isReported) {
        const facts = { reason: skipped, next: next === undefined ? next : isoOf(next) };
        listener.onMissed(this.#refOf(slot), facts);
      }
    }
    if (sendMs === undefined) return undefined;
    const error = await this.#admit(slot, record, sendMs);
    if (error) listener.onRefused(this.#refOf(slot, sendMs), error);
    return error;
  }

  async #admit(
    { tenantId, name }: HandedSlot,
    record: ScheduleRecord,
    sendMs: number,
  ): Promise<NoobleError | undefined> {
    try {
      const entry = await this.#entryOf(tenantId, record);
      const action = actionOf(record, { name, slot: isoOf(sendMs) }, entry);
      const options = { ...record.enqueue, idempotencyKey: `schedule ${name} ${sendMs}` };
      const outcome = await admitAction(this.#parts, action, { options, entry });
      return isNoobleError(outcome) ? outcome : undefined;
    } catch (error) {
      if (isNoobleError(error) && !isUnavailable(error)) return error;
      throw error;
    }
  }

  async #entryOf(tenantId: string, { looksUpTier }: ScheduleRecord) {
    const { directory } = this.#parts;
    return looksUpTier && directory ? lookUpTenant(tenantId, directory) : undefined;
  }

  async #moveOn(slot: HandedSlot, next: NextSlot | undefined): Promise<void> {
    const { keyspace } = this.#call;
    const attempted = `move on schedule "${slot.name}" of ${keyspace.title}`;
    await ask(this.#parts.redis, slotDoneCall(keyspace, slot, next), attempted);
  }

  #retryOf({ slotMs, firstMs }: HandedSlot, error: NoobleError): NextSlot {
    const { nowMs } = this.#call;
    const told = 'retryAfterMs' in error ? Number(error.retryAfterMs) : nowMs - firstMs;
    const delayMs = Math.min(RETRY.mostMs, Math.max(RETRY.leastMs, told || 0));
    return { slotMs, dueMs: nowMs + delayMs };
  }

  #refOf({ tenantId, name, slotMs }: HandedSlot, sendMs = slotMs): SlotRef {
    const { domain } = this.#call.keyspace;
    return { domain, tenantId, schedule: name, slot: isoOf(sendMs) };
  }
}

function nextOf({ nextMs }: SlotPlan): NextSlot | undefined {
  return nextMs === undefined ? undefined : { slotMs: nextMs, dueMs: nextMs };
}

/** Returns the action of a slot; `metadata.schedule` says which. */
function actionOf(
  { envelope }: ScheduleRecord,
  schedule: { readonly name: string; readonly slot: string },
  entry: TenantEntry | undefined,
): DomainAction {
  const action = decodeAction(envelope);
  return reviseAction(action, {
    actionId: newId(),
    taskId: newId(),
    metadata: { ...action.metadata, schedule },
    createdAt: new Date().toISOString(),
    ...(entry && { tenantTier: entry.tier }),
  });
}
