import type { Tier } from '@nooble/models';

/** Slot time and waiting time of a tenant in one period. */
export interface TenantSum {
  readonly tier: Tier;
  /** Time for which its actions held slots (ms). */
  slotMs: number;
  /** Sum of the waiting times of its started actions (ms), and their number. */
  waitedMs: number;
  starts: number;
}

/** An addition to the sum of a tenant. */
export type Addition = Partial<Omit<TenantSum, 'tier'>>;

/**
 * Sums by tenant, of a bounded number of tenants: once there are twice `capacity`, the smallest are summed together, so that the
 * largest stay exact unless they grew late.
 */
export class TenantSums {
  readonly #capacity: number;
  readonly #sums = new Map<string, TenantSum>();
  /** Sums of tenants that are no longer listed, by tier. */
  readonly #rest = new Map<Tier, TenantSum>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(tenantId: string, tier: Tier, addition: Addition): void {
    const { slotMs = 0, waitedMs = 0, starts = 0 } = addition;
    accumulate(this.#sums, tenantId, { tier, slotMs, waitedMs, starts });
    if (this.#sums.size > 2 * this.#capacity) this.#trim();
  }

  /** Adds all sums of another period. */
  addAll(other: TenantSums): void {
    for (const [tenantId, sum] of other.#sums) accumulate(this.#sums, tenantId, sum);
    for (const [tier, sum] of other.#rest) accumulate(this.#rest, tier, sum);
  }

  /** Sums of the listed tenants. */
  get tenants(): ReadonlyMap<string, Readonly<TenantSum>> {
    return this.#sums;
  }

  /** Sums of all other tenants, one per tier. */
  get rest(): readonly Readonly<TenantSum>[] {
    return [...this.#rest.values()];
  }

  #trim(): void {
    const half = Math.ceil(this.#capacity / 2);
    const kept = new Set([
      ...largest(this.#sums, half, ({ slotMs }) => slotMs),
      ...largest(this.#sums, half, ({ waitedMs }) => waitedMs),
    ]);
    for (const [tenantId, sum] of this.#sums) {
      if (kept.has(tenantId)) continue;
      accumulate(this.#rest, sum.tier, sum);
      this.#sums.delete(tenantId);
    }
  }
}

/** Returns the keys of the `count` largest sums, largest first. */
export function largest(
  sums: ReadonlyMap<string, Readonly<TenantSum>>,
  count: number,
  valueOf: (sum: Readonly<TenantSum>) => number,
): string[] {
  return [...sums]
    .toSorted(([, one], [, other]) => valueOf(other) - valueOf(one))
    .slice(0, count)
    .map(([tenantId]) => tenantId);
}

function accumulate<Key>(sums: Map<Key, TenantSum>, key: Key, by: Readonly<TenantSum>): void {
  const sum = sums.get(key);
  if (!sum) return void sums.set(key, { ...by });
  sum.slotMs += by.slotMs;
  sum.waitedMs += by.waitedMs;
  sum.starts += by.starts;
}
