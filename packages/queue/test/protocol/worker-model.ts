import type { Claim } from './action.ts';

/** Maximum time between two ticks (ms). The hint of a claim may make one due earlier. */
const TICK_MS = 5_000;
const CALLS_MS = 600_000;
/** A third of a lease (ms). A call without an answer is then repeated, even with fewer slots. */
const REPEAT_MS = 10_000;

/** A numbered call of a worker. */
export interface Call {
  /** Maximum number of actions it may return: it takes effect with the slots of the sending that arrives first. */
  slots: number;
  /** Time at which it was last sent. */
  sentMs: number;
  /** Actions that it claimed, if it reached Redis. */
  claims: readonly Claim[];
}

/** The memory of one worker's process, and what Redis remembers of its calls. */
export class WorkerModel {
  /** Callbacks that it delivered and did not acknowledge. */
  delivered: string[] = [];
  /** Calls without an answer. */
  readonly #unanswered: Call[] = [];
  #tickDueMs = 0;
  #callsUntilMs = 0;
  readonly #remembered = new Set<Call>();

  /** Returns true if its next call ticks. */
  ticks(nowMs: number): boolean {
    const isDue = nowMs >= this.#tickDueMs;
    if (isDue) this.#tickDueMs = nowMs + TICK_MS;
    return isDue || this.delivered.length > 0;
  }

  /** Returns the time until its next tick (ms). */
  tickInMs(nowMs: number): number {
    return Math.max(0, this.#tickDueMs - nowMs);
  }

  /** Returns true if its next call neither ticks nor repeats a claim. */
  isQuiet(nowMs: number): boolean {
    const ticks = this.tickInMs(nowMs) === 0 || this.delivered.length > 0;
    return !ticks && this.#unanswered.length === 0;
  }

  hint(dueMs: number): void {
    this.#tickDueMs = Math.min(this.#tickDueMs, dueMs);
  }

  /** Returns the next call: the earliest claim without an answer, if it requested no more or is urgent, or a new one. */
  call(slots: number, nowMs: number): Call {
    const fitting = this.#unanswered.findIndex((call) => call.slots <= slots);
    const [first] = this.#unanswered;
    const isUrgent = first !== undefined && nowMs - first.sentMs >= REPEAT_MS;
    const at = fitting < 0 && isUrgent ? 0 : fitting;
    const [earlier] = at < 0 ? [] : this.#unanswered.splice(at, 1);
    if (!earlier) return { claims: [], slots, sentMs: nowMs };
    return Object.assign(earlier, { slots: Math.max(earlier.slots, slots), sentMs: nowMs });
  }

  /** The answers of a call and of its tick were lost. The tick is due again. */
  missed(call: Call, ticked: boolean): void {
    if (call.slots > 0) this.#unanswered.push(call);
    if (ticked) this.#tickDueMs = 0;
  }

  /** Returns what the call claimed before, if Redis remembers it; undefined if it takes effect again. */
  earlierAnswer(call: Call, nowMs: number): readonly Claim[] | undefined {
    return this.#remembered.has(call) && this.#callsUntilMs > nowMs ? call.claims : undefined;
  }

  /** Stores the claims of a call, as Redis does. */
  remember(call: Call, claims: readonly Claim[], nowMs: number): void {
    call.claims = claims;
    if (claims.length === 0) return;
    // All calls of a worker expire together, and earlier ones are not remembered again.
    if (this.#callsUntilMs <= nowMs) this.#remembered.clear();
    this.#remembered.add(call);
    this.#callsUntilMs = nowMs + CALLS_MS;
  }
}
