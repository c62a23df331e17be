import { ThrottledError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { HeldKey, Outcome } from '@nooble/queue';
import type { Registration } from '../handlers/action-processor.ts';
import type { Clock } from '../timing/clock.ts';

/** Maximum number of keys remembered; Redis remembers as many per partition. */
const MOST_KEYS = 1_000;

/** The action was put off without running: its throttle key is held, because another action met the limit. */
export class KeyHeld extends ThrottledError {
  /** Time until the key is free (ms). */
  readonly restMs: number;

  constructor(key: string, restMs: number) {
    super({ what: `Throttle key "${key}"`, retryAfterMs: restMs });
    this.restMs = restMs;
  }
}

/**
 * The throttle keys that this worker knows to be held: by outcomes of its own attempts, and by those of other workers, which
 * it gets with its claims.
 */
export class HeldKeys {
  /** Key → end of its hold, on the monotonic clock. */
  readonly #ends = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds the keys of a claim. A hold never shortens an earlier one. */
  note(keys: readonly HeldKey[] = []): void {
    for (const { key, forMs } of keys) this.#hold(key, forMs);
  }

  /** Adds the key that an outcome holds, before Redis knows the outcome. Returns the outcome. */
  noted(outcome: Outcome): Outcome {
    const hold = 'hold' in outcome ? outcome.hold : undefined;
    if (hold?.of === 'key') this.#hold(hold.key, hold.forMs);
    return outcome;
  }

  /** Returns the throttle key of an action; undefined if it has none. Throws KeyHeld while the key is held. */
  freeKeyOf(
    { throttleKeyOf }: Pick<Registration, 'throttleKeyOf'>,
    action: DomainAction,
  ): string | undefined {
    const key = throttleKeyOf?.(action);
    if (key === undefined || this.#ends.size === 0) return key;
    const restMs = (this.#ends.get(key) ?? 0) - this.#clock.monotonicMs();
    if (restMs > 0) throw new KeyHeld(key, Math.ceil(restMs));
    this.#ends.delete(key);
    return key;
  }

  #hold(key: string, forMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    const endMs = Math.max(this.#ends.get(key) ?? 0, nowMs + forMs);
    if (this.#ends.size >= MOST_KEYS) this.#dropEnded(nowMs);
    this.#ends.set(key, endMs);
  }

  #dropEnded(nowMs: number): void {
    for (const [key, endMs] of this.#ends) if (endMs <= nowMs) this.#ends.delete(key);
    const [first] = this.#ends.keys();
    if (this.#ends.size >= MOST_KEYS && first !== undefined) this.#ends.delete(first);
  }
}
