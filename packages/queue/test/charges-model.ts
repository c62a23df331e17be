import type { ModelAction } from './scheduler-model.ts';

/** Charge of a claim for an attempt, or of its handler since it resumed. */
interface Charge {
  chargedUs: number;
  /** Duration so far is no duration of an attempt: its handler has waited. */
  readonly isResumed: boolean;
}

/** A change of the start tag of a tenant. */
interface Correction {
  readonly tier: number;
  readonly tenant: string;
  readonly us: number;
}

/** Minimum charge of an attempt (µs). */
const MIN_CHARGE_US = 500;

/** Sharing by time: a claim charges the usual duration of an attempt, and the actual duration corrects the charge. */
export class ChargesModel {
  /** Tenant → decayed mean time of its attempts (µs). */
  readonly paces = new Map<string, number>();
  /** Mean over all tenants. */
  domainPace = 1_000_000;
  readonly #isByTime: boolean;
  readonly #claimedMs = new Map<string, number>();
  readonly #resumed = new Set<string>();
  readonly #charges = new Map<string, Charge>();
  /** Tier and tenant → difference between the time of its attempts and their charges (µs). */
  readonly #corrections = new Map<string, Correction>();

  constructor(isByTime: boolean) {
    this.#isByTime = isByTime;
  }

  has(id: string): boolean {
    return this.#charges.has(id);
  }

  /** An attempt begins. Its turn is charged by `charge`, if it has one. */
  begin({ id }: ModelAction, nowMs: number): void {
    this.#claimedMs.set(id, nowMs);
  }

  /** Returns the charge of a turn, at weight 1. */
  charge({ id, tenant, cost }: ModelAction): number {
    if (!this.#isByTime) return cost;
    const chargedUs = this.paces.get(tenant) ?? this.domainPace;
    this.#charges.set(id, { chargedUs, isResumed: false });
    return (chargedUs / 1_000_000) * cost;
  }

  /** Charges a running action for its time so far. */
  chargeFurther(action: ModelAction, nowMs: number): void {
    const charge = this.#charges.get(action.id);
    const heldUs = this.#heldUs(action, nowMs);
    if (!charge || heldUs <= charge.chargedUs) return;
    this.#correct(action, heldUs - charge.chargedUs);
    charge.chargedUs = heldUs;
  }

  /** Corrects the charge by the actual duration, and stores the mean. */
  learn(action: ModelAction, nowMs: number): void {
    const { id, tenant } = action;
    const charge = this.#charges.get(id);
    if (!charge) return;
    const heldUs = this.#heldUs(action, nowMs);
    this.#correct(action, heldUs - charge.chargedUs);
    this.#charges.delete(id);
    if (charge.isResumed) return;
    this.paces.set(tenant, movedOn(this.paces.get(tenant) ?? heldUs, heldUs));
    this.domainPace = movedOn(this.domainPace, heldUs);
  }

  /** The time of a handler counts again, from now on. */
  resume(action: ModelAction, nowMs: number): void {
    this.#resumed.add(action.id);
    if (!this.#isByTime) return;
    this.#charges.set(action.id, { chargedUs: this.#heldUs(action, nowMs), isResumed: true });
  }

  /** True if the handler of an attempt has waited and resumed. */
  isResumed(id: string): boolean {
    return this.#isByTime && this.#resumed.has(id);
  }

  /** The attempt is over. */
  forget(id: string): void {
    this.#claimedMs.delete(id);
    this.#charges.delete(id);
    this.#resumed.delete(id);
  }

  /** Returns the corrections since the last call. */
  takeCorrections(): readonly Correction[] {
    const taken = [...this.#corrections.values()];
    this.#corrections.clear();
    return taken;
  }

  #heldUs({ id }: ModelAction, nowMs: number): number {
    const claimedMs = this.#claimedMs.get(id) ?? nowMs;
    return Math.max(MIN_CHARGE_US, (nowMs - claimedMs) * 1000);
  }

  #correct({ tier, tenant, cost }: ModelAction, us: number): void {
    const key = `${tier} ${tenant}`;
    const earlier = this.#corrections.get(key)?.us ?? 0;
    this.#corrections.set(key, { tier, tenant, us: earlier + us * cost });
  }
}

function movedOn(paceUs: number, heldUs: number): number {
  return Math.max(MIN_CHARGE_US, Math.floor(paceUs + (heldUs - paceUs) / 8));
}
