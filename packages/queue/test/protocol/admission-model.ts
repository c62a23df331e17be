import type { NewAction } from './action.ts';

/** `null` means no limit. */
export interface ModelLimits {
  readonly perMinute: number | null;
  readonly perDay: number | null;
  readonly maxDepth: number | null;
  readonly onLimit: 'reject' | 'delay';
}

export type Refusal =
  | { readonly code: 'QUEUE_PAUSED' | 'TENANT_MISMATCH' | 'INVALID_ACTION' }
  | { readonly code: 'QUEUE_FULL'; readonly limit: number }
  | {
      readonly code: 'RATE_LIMIT';
      readonly window: 'minute' | 'day';
      readonly limit: number;
      readonly retryAfterMs: number;
    };

/** Facts that the rules need besides the past of the tenant. */
export interface AtTheDoor {
  readonly nowMs: number;
  readonly limits: ModelLimits;
  /** Number of waiting or delayed actions of the tenant. */
  readonly depth: number;
}

/** The slot and day an action was counted for. */
interface Booking {
  readonly slot: number;
  readonly inMinute: boolean;
  readonly inDay: boolean;
}

const WINDOW_MS = 60_001;
const DAY_MS = 86_400_000;

/** The section "Admission". Remembers every admission, and counts them again each time. */
export class AdmissionModel {
  /** Refuses every new action. */
  closed = false;
  readonly suspended = new Set<string>();
  /** Tenant → times for which its actions were admitted. */
  readonly #slots = new Map<string, number[]>();
  /** The same times, if they were counted for their day. */
  readonly #days = new Map<string, number[]>();
  /** Action id → slot for which it was admitted. */
  readonly #bookings = new Map<string, Booking>();
  /** Tenant and idempotency key → action, and the time at which the key expires. */
  readonly #keys = new Map<string, { readonly actionId: string; readonly untilMs: number }>();

  /** Returns the id of the action that an idempotency key stands for. */
  twinOf({ tenant, once }: NewAction, nowMs: number): string | undefined {
    const known = this.#keys.get(`${tenant} ${once}`);
    return once !== undefined && known && known.untilMs > nowMs ? known.actionId : undefined;
  }

  /** Returns the time at which the action may start, or the reason why it is refused. Counts an admitted action. */
  judge(action: NewAction, door: AtTheDoor): number | Refusal {
    const { tenant, delayMs, expiresMs } = action;
    const { maxDepth } = door.limits;
    if (delayMs > 0 && expiresMs > 0 && door.nowMs + delayMs >= expiresMs)
      return { code: 'INVALID_ACTION' };
    if (this.closed || this.suspended.has(tenant)) return { code: 'QUEUE_PAUSED' };
    if (maxDepth !== null && door.depth >= maxDepth) return { code: 'QUEUE_FULL', limit: maxDepth };
    const slot = this.#slotOf(action, door);
    if (typeof slot === 'number') this.#count(action, slot, door);
    return slot;
  }

  /** Tenant and idempotency key → action id. */
  keysAt(nowMs: number): Readonly<Record<string, string>> {
    const valid = [...this.#keys].filter(([, { untilMs }]) => untilMs > nowMs);
    return Object.fromEntries(valid.map(([name, { actionId }]) => [name, actionId]));
  }

  /** Returns the number of admissions per tenant for a UTC day; tenants without any are left out. */
  usageOn(day: number): Readonly<Record<string, string>> {
    const counts = [...this.#days.keys()].map(
      (tenant) => [tenant, this.#admittedOn(day, tenant)] as const,
    );
    const used = counts.filter(([, count]) => count > 0);
    return Object.fromEntries(used.map(([tenant, count]) => [tenant, String(count)]));
  }

  /** Frees the slot of an action that never started, if the slot is in the future. */
  giveBack({ id, tenant }: NewAction, nowMs: number): void {
    const booking = this.#bookings.get(id);
    this.#bookings.delete(id);
    if (!booking || booking.slot <= nowMs) return;
    if (booking.inMinute) remove(this.#slots, tenant, booking.slot);
    if (booking.inDay) remove(this.#days, tenant, booking.slot);
  }

  /** Frees a key, unless it stands for another action. */
  freeKey({ tenant, once, id }: NewAction): void {
    const name = `${tenant} ${once}`;
    if (this.#keys.get(name)?.actionId === id) this.#keys.delete(name);
  }

  /** Returns the time to admit it for, or the window that is full. */
  #slotOf({ tenant, expiresMs }: NewAction, { nowMs, limits }: AtTheDoor): number | Refusal {
    const { perMinute, perDay, onLimit } = limits;
    if (perMinute === 0) return refuse('minute', 0, WINDOW_MS);
    const slot = perMinute === null ? nowMs : this.#firstSlot(tenant, perMinute, nowMs);
    const isTooLate = onLimit === 'reject' || (expiresMs > 0 && slot >= expiresMs);
    if (perMinute !== null && slot > nowMs && isTooLate) {
      return refuse('minute', perMinute, slot - nowMs);
    }
    if (perDay !== null && this.#admittedOn(dayOf(slot), tenant) >= perDay) {
      return refuse('day', perDay, (dayOf(slot) + 1) * DAY_MS - nowMs);
    }
    return slot;
  }

  /** A limit counts only admissions made while it existed. */
  #count({ id, tenant, once }: NewAction, slot: number, { nowMs, limits }: AtTheDoor): void {
    const booking = { slot, inMinute: limits.perMinute !== null, inDay: limits.perDay !== null };
    this.#bookings.set(id, booking);
    if (booking.inMinute) add(this.#slots, tenant, slot);
    if (booking.inDay) add(this.#days, tenant, slot);
    if (once === undefined) return;
    this.#keys.set(`${tenant} ${once}`, { actionId: id, untilMs: nowMs + DAY_MS });
  }

  /** Returns the first time, not before an earlier booking, with less than `limit` admissions in the window before it. */
  #firstSlot(tenant: string, limit: number, nowMs: number): number {
    const slots = this.#slots.get(tenant) ?? [];
    const earliest = Math.max(nowMs, ...slots);
    const candidates = [earliest, ...slots.map((slot) => slot + WINDOW_MS)];
    const isFree = (at: number): boolean =>
      at >= earliest && slots.filter((slot) => slot > at - WINDOW_MS).length < limit;
    return Math.min(...candidates.filter(isFree));
  }

  #admittedOn(day: number, tenant: string): number {
    return (this.#days.get(tenant) ?? []).filter((slot) => dayOf(slot) === day).length;
  }
}

function refuse(window: 'minute' | 'day', limit: number, retryAfterMs: number): Refusal {
  return { code: 'RATE_LIMIT', window, limit, retryAfterMs };
}

/** Number of a UTC day. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

function add(lists: Map<string, number[]>, name: string, value: number): void {
  lists.set(name, [...(lists.get(name) ?? []), value]);
}

function remove(lists: Map<string, number[]>, name: string, value: number): void {
  const values = lists.get(name) ?? [];
  lists.set(name, values.toSpliced(values.indexOf(value), 1));
}
