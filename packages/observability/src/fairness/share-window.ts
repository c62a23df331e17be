import type { Tier } from '@nooble/models';
import { TenantSums, type Addition } from './tenant-sums.ts';

/** Length of the window, and of its steps (ms). */
const WINDOW_MS = 60_000;
const STEP_MS = 10_000;
/** Number of tenants whose sums are kept apart in a step. */
const CAPACITY = 1_000;

/** Slot time and waiting time by tenant in the last minute. */
export class ShareWindow {
  readonly #nowMs: () => number;
  /** By the number of their step. */
  readonly #steps = new Map<number, TenantSums>();

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  add({ tenantId, tier }: { readonly tenantId: string; readonly tier: Tier }, by: Addition): void {
    const at = this.#step();
    let step = this.#steps.get(at);
    if (!step) {
      step = new TenantSums(CAPACITY);
      this.#steps.set(at, step);
      this.#forget(at);
    }
    step.add(tenantId, tier, by);
  }

  /** Returns the sums of the window. */
  sums(): TenantSums {
    this.#forget(this.#step());
    const all = new TenantSums(CAPACITY * (WINDOW_MS / STEP_MS));
    for (const step of this.#steps.values()) all.addAll(step);
    return all;
  }

  #step(): number {
    return Math.floor(this.#nowMs() / STEP_MS);
  }

  #forget(at: number): void {
    for (const each of this.#steps.keys()) {
      if (each <= at - WINDOW_MS / STEP_MS) this.#steps.delete(each);
    }
  }
}
