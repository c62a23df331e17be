import type { ClaimedAction, ClaimReply, QueueBroker } from '@nooble/queue';
import type { Attempt } from './attempt.ts';
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Publish } from './events.ts';
import { HEARTBEAT_MS } from './heartbeat.ts';
import type { Running } from './running.ts';
import { isUnavailable, type Settlements } from './settlements.ts';
import { WakeUp } from './wake-up.ts';

/** With two calls in flight handlers run while Redis works; more would only make smaller batches. */
const CALLS_IN_FLIGHT = 2;
/** Between calls while the queue cannot be reached, ms. */
const RECONNECT = { baseMs: 200, capMs: 2_000 };

/** What a consumer works with. */
export interface ConsumerParts {
  readonly broker: QueueBroker;
  readonly running: Running;
  readonly settlements: Settlements;
  readonly concurrency: number;
  readonly publish: Publish;
  readonly clock: Clock;
}

interface Call {
  readonly slots: number;
  readonly acceptSuspect: boolean;
}

/**
 * The claim loop. Every call settles what has ended and asks for all free slots; none is made while
 * there is nothing to settle and either no free slot or, as far as known, no work.
 */
export class Consumer {
  readonly #parts: ConsumerParts;
  readonly #wakeUp: WakeUp;
  readonly #calls = new Set<Call>();
  #state: 'idle' | 'consuming' | 'stopping' = 'idle';
  #scheduled = false;
  #paused = false;
  #due = true;
  #mayHaveWork = true;
  #failures = 0;
  #lastRoundTripMs: number | undefined;
  #whenConsuming: (() => void)[] = [];
  #whenDrained: (() => void)[] = [];

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
    this.#wakeUp = new WakeUp({
      broker: parts.broker,
      onWake: () => this.#wake(),
      onError: (error) => this.#failed('wait for work', error),
    });
  }

  /** When the queue last answered, on the monotonic clock; undefined before it first did. */
  get lastRoundTripMs(): number | undefined {
    return this.#lastRoundTripMs;
  }

  /** Resolves after the first answered claim, however long the queue takes to be reachable. */
  async start(): Promise<void> {
    this.#state = 'consuming';
    this.schedule();
    await new Promise<void>((resolve) => this.#whenConsuming.push(resolve));
  }

  /** Looks soon whether a call is worth making; all that ends in this turn of the event loop travels together. */
  schedule(): void {
    if (this.#scheduled || this.#state === 'idle') return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#callWhatIsWorthIt();
    });
  }

  /** No more claims from now on; what has ended is still settled. */
  stop(): void {
    if (this.#state === 'idle') return;
    this.#state = 'stopping';
    this.schedule();
  }

  /** After `stop()`: resolves when no call is in flight and the queue has heard of every ending so far. */
  async drained(): Promise<void> {
    if (this.#isDrained()) return;
    await new Promise<void>((resolve) => this.#whenDrained.push(resolve));
  }

  /** Ends timers and waiting; nothing is sent any more. */
  close(): void {
    this.#state = 'idle';
    this.#wakeUp.stop();
    resolveAll(this.#whenConsuming);
    resolveAll(this.#whenDrained);
  }

  #wake(): void {
    this.#paused = false;
    this.#due = true;
    this.#mayHaveWork = true;
    this.schedule();
  }

  #callWhatIsWorthIt(): void {
    if (this.#paused || this.#state === 'idle') return;
    while (this.#calls.size < CALLS_IN_FLIGHT && this.#isWorthACall()) void this.#call();
    if (this.#state === 'stopping') return this.#isDrained() ? resolveAll(this.#whenDrained) : undefined;
    if (this.#calls.size === 0 && this.#freeSlots() > 0) this.#wakeUp.listen();
  }

  #isWorthACall(): boolean {
    if (this.#parts.settlements.size > 0) return true;
    if (this.#state === 'stopping') return false;
    return this.#due || (this.#mayHaveWork && this.#freeSlots() > 0);
  }

  async #call(): Promise<void> {
    const call = this.#nextCall();
    const batch = this.#parts.settlements.take();
    this.#calls.add(call);
    this.#due = false;
    const startedMs = this.#parts.clock.monotonicMs();
    try {
      const reply = await this.#send(call, batch);
      this.#calls.delete(call);
      const tookMs = this.#parts.clock.monotonicMs() - startedMs;
      this.#answered({ call, batch, reply, tookMs });
    } catch (error) {
      await this.#notAnswered(batch, error);
      this.#calls.delete(call);
    }
    this.schedule();
  }

  #nextCall(): Call {
    const { running } = this.#parts;
    const asked = [...this.#calls].some((call) => call.acceptSuspect);
    return { slots: this.#slotsToAskFor(), acceptSuspect: !asked && !running.hasSuspect };
  }

  /** Half of them where more work is known to wait, so that a second call fills the rest meanwhile. */
  #slotsToAskFor(): number {
    if (this.#state === 'stopping') return 0;
    const free = this.#freeSlots();
    return this.#mayHaveWork && this.#calls.size === 0 && this.#parts.running.slotsHeld === 0
      ? Math.ceil(free / CALLS_IN_FLIGHT)
      : free;
  }

  #freeSlots(): number {
    const asked = [...this.#calls].reduce((sum, call) => sum + call.slots, 0);
    return Math.max(0, this.#parts.concurrency - this.#parts.running.slotsHeld - asked);
  }

  async #send({ slots, acceptSuspect }: Call, batch: readonly Attempt[]): Promise<ClaimReply> {
    const { broker } = this.#parts;
    const settlements = batch.map((attempt) => attempt.settlement);
    if (this.#state !== 'stopping') return broker.claim({ slots, settlements, acceptSuspect });
    return { claimed: [], settled: await broker.settle(settlements) };
  }
}

function resolveAll(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
