import type { Claim } from './action.ts';

/** A look at what time brings is due that long after the last, or earlier by the hint of a claim. */
const TICK_MS = 5_000;
const CALLS_MS = 600_000;
/** A third of a lease: a call without an answer is then repeated, however few slots there are. */
const REPEAT_MS = 10_000;

/** A call of a worker under a number of its own. */
export interface Call {
  /** The most it may bring: it acts under the slots of whichever sending arrives first. */
  slots: number;
  /** When it was last sent. */
  sentMs: number;
  /** What it claimed so far, if it ever reached Redis. */
  claims: readonly Claim[];
}

/** What one worker's process remembers, and what Redis remembers of its calls. */
export class WorkerModel {
  /** Callbacks it delivered and did not acknowledge yet. */
  delivered: string[] = [];
  /** Calls whose answer never came. */
  readonly #unanswered: Call[] = [];
  #tickDueMs = 0;
  #callsUntilMs = 0;
  readonly #remembered = new Set<Call>();

  /** Whether its next call looks at what time brings. */
  ticks(nowMs: number): boolean {
    const isDue = nowMs >= this.#tickDueMs;
    if (isDue) this.#tickDueMs = nowMs + TICK_MS;
    return isDue || this.delivered.length > 0;
  }

  hint(dueMs: number): void {
    this.#tickDueMs = Math.min(this.#tickDueMs, dueMs);
  }

  /** The next call: the earliest claim without an answer again, if it requested no more or is urgent, or a new one. */
  call(slots: number, nowMs: number): Call {
    const fitting = this.#unanswered.findIndex((call) => call.slots <= slots);
    const [first] = this.#unanswered;
    const isUrgent = first !== undefined && nowMs - first.sentMs >= REPEAT_MS;
    const at = fitting < 0 && isUrgent ? 0 : fitting;
    const [earlier] = at < 0 ? [] : this.#unanswered.splice(at, 1);
    if (!earlier) return { claims: [], slots, sentMs: nowMs };
    return Object.assign(earlier, { slots: Math.max(earlier.slots, slots), sentMs: nowMs });
  }

  /** The answer to a call never came, nor that to the look that went with it, which is due again. */
  missed(call: Call, ticked: boolean): void {
    if (call.slots > 0) this.#unanswered.push(call);
    if (ticked) this.#tickDueMs = 0;
  }

  /** What the call claimed before, as far as Redis remembers; undefined when it acts again. */
  earlierAnswer(call: Call, nowMs: number): readonly Claim[] | undefined {
    return this.#remembered.has(call) && this.#callsUntilMs > nowMs ? call.claims : undefined;
  }

  /** Redis remembers what a call claimed. */
  remember(call: Call, claims: readonly Claim[], nowMs: number): void {
    call.claims = claims;
    if (claims.length === 0) return;
    // All that one worker called expires at once, and nothing before it is remembered again.
    if (this.#callsUntilMs <= nowMs) this.#remembered.clear();
    this.#remembered.add(call);
    this.#callsUntilMs = nowMs + CALLS_MS;
  }
}
