import type { Claim } from './action.ts';

const HOUR_MS = 3_600_000;

/** Leases taken back: whoever held one is told that it is lost, for about an hour. */
export class RevokedModel {
  /** Claim → when its lease was taken back. */
  readonly #times = new Map<Claim, number>();
  /** All are forgotten when none was added for an hour. */
  #untilMs = 0;

  add(claim: Claim, nowMs: number): void {
    if (nowMs >= this.#untilMs) this.#times.clear();
    this.#times.set(claim, nowMs);
    this.#untilMs = nowMs + HOUR_MS;
  }

  has(claim: Claim, nowMs: number): boolean {
    return nowMs < this.#untilMs && this.#times.has(claim);
  }

  /** A look at what time brings forgets each after an hour. */
  trim(nowMs: number): void {
    for (const [claim, atMs] of this.#times) {
      if (atMs <= nowMs - HOUR_MS) this.#times.delete(claim);
    }
  }
}
