import type { ClaimedAction } from '@nooble/queue';
import { backoffMs } from '../handlers/backoff.ts';
import { BUSY_HEARTBEAT_MS, HEARTBEAT_MS } from './heartbeat.ts';
import {
  makeRoundTrip,
  type RoundTripAnswer,
  type RoundTripParts,
  type RoundTripRequest,
} from './round-trip.ts';
import type { Running } from '../attempts/running.ts';
import { WakeUp } from './wake-up.ts';

/** With two calls in flight handlers run while Redis works; more would only make smaller batches. */
const CALLS_IN_FLIGHT = 2;
/** Between calls while the queue cannot be reached, ms. */
const RECONNECT = { baseMs: 200, capMs: 2_000 };

/** What a consumer works with. */
export interface ConsumerParts extends RoundTripParts {
  readonly running: Running;
  readonly concurrency: number;
  /** Gives back what a claim brought after `stop()`. */
  readonly release: (claimed: readonly ClaimedAction[]) => Promise<void>;
}

/**
 * The claim loop. Every call settles what has ended and asks for all free slots; none is made while
 * there is nothing to settle and either no free slot or, as far as known, no work.
 */
export class Consumer {
  readonly #parts: ConsumerParts;
  readonly #wakeUp: WakeUp;
  #calls: readonly RoundTripRequest[] = [];
  #state: 'idle' | 'consuming' | 'stopping' = 'idle';
  #scheduled = false;
  #paused = false;
  /** A call is to be made even for no slot at all. */
  #due = true;
  #mayHaveWork = true;
  /** The last claim filled every slot it asked for: there is more. */
  #busy = false;
  #failures = 0;
  #lastAnswerMs: number | undefined;
  #clockLeadMs = 0;
  readonly #whenConsuming: (() => void)[] = [];
  readonly #whenDrained: (() => void)[] = [];

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
    this.#wakeUp = new WakeUp({
      broker: parts.broker,
      onWake: () => this.#woken(),
      onSilence: () => this.schedule(),
      onError: (error) => this.#failed('wait for work', error),
    });
  }

  /** When the queue last answered, on the monotonic clock; undefined before it first did. */
  get lastAnswerMs(): number | undefined {
    return this.#lastAnswerMs;
  }

  /** How far the domain's clock is ahead of the server's, as of the last claim, ms. */
  get clockLeadMs(): number {
    return this.#clockLeadMs;
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
      this.#callIfWorthIt();
    });
  }

  /** No more claims from now on; what has ended is still settled. */
  stop(): void {
    if (this.#state === 'idle') return;
    this.#state = 'stopping';
    this.#wakeUp.stopListening();
    this.#parts.settlements.hurry();
    this.schedule();
  }

  /** After `stop()`: resolves when no call is in flight and the queue knows of every ending so far. */
  async drained(): Promise<void> {
    if (this.#isDrained()) return;
    await new Promise<void>((resolve) => this.#whenDrained.push(resolve));
  }

  /** Ends timers and waiting; nothing is sent any more. */
  close(): void {
    this.#state = 'idle';
    this.#wakeUp.stop();
    this.#parts.settlements.stop();
    resolveAll(this.#whenConsuming);
    resolveAll(this.#whenDrained);
  }

  #callIfWorthIt(): void {
    if (this.#paused || this.#state === 'idle') return;
    while (this.#calls.length < CALLS_IN_FLIGHT && this.#isWorthACall()) void this.#call();
    if (this.#isDrained()) resolveAll(this.#whenDrained);
    // A full worker would only take the word from one that is free.
    const listens = this.#calls.length === 0 && this.#freeSlots() > 0;
    const isBusy = this.#parts.running.slotsHeld > 0;
    if (this.#state === 'consuming' && listens) this.#wakeUp.listen({ isBusy });
  }

  #isWorthACall(): boolean {
    if (this.#parts.settlements.pending > 0) return true;
    if (this.#state === 'stopping') return false;
    return this.#due || (this.#mayHaveWork && this.#freeSlots() > 0);
  }

  async #call(): Promise<void> {
    const request = this.#nextRequest();
    this.#calls = [...this.#calls, request];
    this.#due = false;
    try {
      const answer = await makeRoundTrip(this.#parts, request);
      const others = this.#start(answer.claimed);
      if (others.length > 0) await this.#parts.release(others);
      this.#calls = this.#calls.filter((call) => call !== request);
      this.#answered(request, answer, answer.claimed.length - others.length);
    } catch (error) {
      this.#calls = this.#calls.filter((call) => call !== request);
      this.#failed('claim actions', error);
    }
    this.schedule();
  }

  /** Starts what may start; the others are to be given back. */
  #start(claimed: readonly ClaimedAction[]): ClaimedAction[] {
    const others: ClaimedAction[] = [];
    for (const one of claimed) {
      if (this.#mayStart(one)) this.#parts.running.start(one);
      else others.push(one);
    }
    return others;
  }

  /**
   * Not after `stop()`, not when this process stood still for so long that the lease is over already, and
   * not without a slot: a repeated claim brings what was asked when more slots were free.
   */
  #mayStart({ lease }: ClaimedAction): boolean {
    const { running, concurrency, clock } = this.#parts;
    if (this.#state !== 'consuming' || running.slotsHeld >= concurrency) return false;
    return lease.deadline > clock.monotonicMs();
  }

  #nextRequest(): RoundTripRequest {
    const asked = this.#calls.some((call) => call.acceptSuspect);
    const acceptSuspect = !asked && !this.#parts.running.hasSuspect;
    if (this.#state === 'stopping') return { slots: 0, acceptSuspect, settleOnly: true };
    const free = this.#freeSlots();
    // Half of them while there is more work than slots, so that the second call fills the rest.
    const slots = this.#busy && this.#calls.length === 0 ? Math.ceil(free / CALLS_IN_FLIGHT) : free;
    return { slots, acceptSuspect, settleOnly: false };
  }

  #freeSlots(): number {
    const asked = this.#calls.reduce((sum, call) => sum + call.slots, 0);
    return Math.max(0, this.#parts.concurrency - this.#parts.running.slotsHeld - asked);
  }

  #answered(
    { slots }: RoundTripRequest,
    { dueInMs, clockLeadMs }: RoundTripAnswer,
    started: number,
  ): void {
    this.#lastAnswerMs = this.#parts.clock.monotonicMs();
    this.#clockLeadMs = clockLeadMs;
    if (slots > 0) this.#mayHaveWork = this.#busy = started >= slots;
    resolveAll(this.#whenConsuming);
    this.#failures = 0;
    this.#paused = false;
    this.#wakeUp.after(this.#restMs(dueInMs));
  }

  /** Until the next call if nothing happens before. */
  #restMs(dueInMs = HEARTBEAT_MS): number {
    if (this.#freeSlots() === 0) return HEARTBEAT_MS;
    const isBusy = this.#parts.running.slotsHeld > 0;
    return Math.min(dueInMs, isBusy ? BUSY_HEARTBEAT_MS : HEARTBEAT_MS);
  }

  #woken(): void {
    this.#paused = false;
    this.#due = true;
    this.#mayHaveWork = true;
    this.schedule();
  }

  #failed(attempted: string, error: unknown): void {
    const { broker, publish } = this.#parts;
    publish('error', { attempted: `${attempted} of domain "${broker.domain}"`, error });
    // The next claim may repeat this one, and must then have as many slots for what it brings.
    this.#busy = false;
    this.#pause();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#failures += 1;
    this.#wakeUp.after(RECONNECT.baseMs / 2 + backoffMs(RECONNECT, this.#failures));
  }

  #isDrained(): boolean {
    const { settlements } = this.#parts;
    return this.#state !== 'consuming' && this.#calls.length === 0 && settlements.size === 0;
  }
}

function resolveAll(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
