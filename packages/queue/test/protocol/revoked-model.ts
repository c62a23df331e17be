import type { Claim } from './action.ts';

const HOUR_MS = 3_600_000;

/** Reclaimed leases: for about an hour their holders receive `lost`. */
export class RevokedModel {
  /** Claim → time at which its lease was reclaimed. */
  readonly #times = new Map<Claim, number>();
  /** All are dropped if none was added for an hour. */
  #untilMs = 0;

  add(claim: Claim, nowMs: number): void {
    if (nowMs >= this.#untilMs) this.#times.clear();
    this.#times.set(claim, nowMs);
    this.#untilMs = nowMs + HOUR_MS;
  }

  has(claim: Claim, nowMs: number): boolean {
    return nowMs < this.#untilMs && this.#times.has(claim);
  }

  /** A tick drops each after an hour. */
  trim(nowMs: number): void {
    for (const [claim, atMs] of this.#times) {
      if (atMs <= nowMs - HOUR_MS) this.#times.delete(claim);
    }
  }
}
