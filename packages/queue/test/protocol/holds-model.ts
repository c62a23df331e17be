import type { HeldKey, Hold } from '../../src/broker.ts';

/** The holds of tenants and of throttle keys, each until a time (Unix ms) that is never moved forward. */
export class HoldsModel {
  /** Tenant → end of its hold, until a tick lifts it. */
  readonly tenants = new Map<string, number>();
  readonly #keys = new Map<string, number>();

  hold(tenant: string, hold: Hold, nowMs: number): void {
    const [held, name] =
      hold.of === 'tenant' ? [this.tenants, tenant] : ([this.#keys, hold.key] as const);
    held.set(name, Math.max(held.get(name) ?? 0, nowMs + hold.forMs));
  }

  /** Removes and returns the tenants whose hold has ended. */
  lift(nowMs: number): string[] {
    const over = [...this.tenants].flatMap(([tenant, ms]) => (ms <= nowMs ? [tenant] : []));
    for (const tenant of over) this.tenants.delete(tenant);
    return over;
  }

  /** Keys that are held, the first to be free first. */
  heldKeys(nowMs: number): HeldKey[] {
    const held = [...this.#keys].map(([key, ms]) => ({ key, forMs: ms - nowMs }));
    return held
      .filter(({ forMs }) => forMs > 0)
      .sort((a, b) => a.forMs - b.forMs || (a.key < b.key ? -1 : 1));
  }
}
