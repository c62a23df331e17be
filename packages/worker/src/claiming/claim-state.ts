import type { RoundTripRequest } from './round-trip.ts';

/** With two calls in flight handlers run while Redis works; more would only make smaller batches. */
const CALLS_IN_FLIGHT = 2;

/** What the worker has, each time the loop decides. */
export interface Load {
  /** Slots whose handler has not returned. */
  readonly slotsHeld: number;
  readonly hasSuspect: boolean;
  /** Settlements that wait for a call. */
  readonly settlements: number;
}

/**
 * What the claim loop knows, and which calls follow from it. It does nothing by itself.
 *
 * | field     | values                                                                               |
 * | --------- | ------------------------------------------------------------------------------------ |
 * | `phase`   | `idle` → `consuming` → `stopping` → `idle`                                           |
 * | `outlook` | `none`: the last claim left slots free; `some`: there may be work; `more`: it filled |
 * | `isDue`   | whether to call even without a free slot, so that what is due in the domain happens  |
 * | `outage`  | failed calls in a row, and whether the loop rests because of the last one            |
 */
export class ClaimState {
  readonly #concurrency: number;
  #phase: 'idle' | 'consuming' | 'stopping' = 'idle';
  #outlook: 'none' | 'some' | 'more' = 'some';
  #isDue = true;
  #outage = { failures: 0, isResting: false };
  #calls: readonly RoundTripRequest[] = [];

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  get phase(): 'idle' | 'consuming' | 'stopping' {
    return this.#phase;
  }

  /** Whether it makes no call for a while, since the last one failed. */
  get isResting(): boolean {
    return this.#outage.isResting;
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0;
  }

  start(): void {
    this.#phase = 'consuming';
  }

  stop(): void {
    if (this.#phase !== 'idle') this.#phase = 'stopping';
  }

  close(): void {
    this.#phase = 'idle';
  }

  /** Slots that are neither held nor asked for by a call in flight. */
  freeSlots(slotsHeld: number): number {
    const asked = this.#calls.reduce((sum, call) => sum + call.slots, 0);
    return Math.max(0, this.#concurrency - slotsHeld - asked);
  }

  /** The next call to make now; undefined while none is worth it. */
  nextCall(load: Load): RoundTripRequest | undefined {
    if (this.#outage.isResting || this.#phase === 'idle') return undefined;
    if (this.#calls.length >= CALLS_IN_FLIGHT || !this.#isWorthACall(load)) return undefined;
    const request = this.#requestFor(load);
    this.#calls = [...this.#calls, request];
    this.#isDue = false;
    return request;
  }

  /** The call is over, and had started so many actions. */
  answered(request: RoundTripRequest, started: number): void {
    this.#end(request);
    if (request.slots > 0) this.#outlook = started >= request.slots ? 'more' : 'none';
    this.#outage = { failures: 0, isResting: false };
  }

  /** A call, or none but the waiting for work, has failed. Returns failures in a row; undefined while it rests already. */
  failed(request?: RoundTripRequest): number | undefined {
    if (request) this.#end(request);
    // The next claim may repeat this one, and must then have as many slots for what it brings.
    if (this.#outlook === 'more') this.#outlook = 'some';
    if (this.#outage.isResting) return undefined;
    this.#outage = { failures: this.#outage.failures + 1, isResting: true };
    return this.#outage.failures;
  }

  /** Somebody said that there is work, or it is time to look. */
  woken(): void {
    this.#outage = { ...this.#outage, isResting: false };
    this.#isDue = true;
    if (this.#outlook === 'none') this.#outlook = 'some';
  }

  #end(request: RoundTripRequest): void {
    this.#calls = this.#calls.filter((call) => call !== request);
  }

  #isWorthACall({ settlements, slotsHeld }: Load): boolean {
    if (settlements > 0) return true;
    if (this.#phase === 'stopping') return false;
    return this.#isDue || (this.#outlook !== 'none' && this.freeSlots(slotsHeld) > 0);
  }

  #requestFor({ slotsHeld, hasSuspect }: Load): RoundTripRequest {
    const acceptSuspect = !hasSuspect && !this.#calls.some((call) => call.acceptSuspect);
    if (this.#phase === 'stopping') return { slots: 0, acceptSuspect, settleOnly: true };
    const free = this.freeSlots(slotsHeld);
    // Half of them while there is more work than slots, so that the second call fills the rest.
    const isHalf = this.#outlook === 'more' && !this.hasCalls;
    return {
      slots: isHalf ? Math.ceil(free / CALLS_IN_FLIGHT) : free,
      acceptSuspect,
      settleOnly: false,
    };
  }
}
