import type { RoundTripRequest } from './round-trip.ts';

/** With two calls in flight handlers run while Redis works. More would only make batches smaller. */
const CALLS_IN_FLIGHT = 2;

/** The actions that the worker has claimed ahead of a free slot. */
export interface AheadLoad {
  readonly size: number;
  /** Maximum number, based on the handlers. */
  readonly most: number;
  /** True if they wait to be returned; until then nothing newer is claimed. */
  readonly mustGoBack: boolean;
}

/** Result of a call. */
export interface CallResult {
  /** Number of actions that were started or wait for a slot. */
  readonly accepted: number;
  /** True if a suspect was returned because no slot was free. */
  readonly refusedSuspect: boolean;
}

/** Load of the worker when the loop decides. */
export interface Load {
  /** Number of slots whose handler has not returned. */
  readonly slotsHeld: number;
  readonly ahead: AheadLoad;
  readonly hasSuspect: boolean;
  /** Number of settlements that wait for a call. */
  readonly settlements: number;
}

/**
 * State of the claim loop. Decides the next call, and does nothing by itself.
 *
 * | field          | values                                                                                |
 * | -------------- | ------------------------------------------------------------------------------------- |
 * | `phase`        | `idle` → `consuming` → `stopping` → `idle`                                            |
 * | `outlook`      | `none`: the last claim left slots free; `some`: there may be work; `more`: it filled  |
 * | `isDue`        | true to call even without a free slot, so that what is due in the domain happens      |
 * | `outage`       | failed calls in a row; `isResting` while the loop pauses because of the last one      |
 * | `wasSurprised` | true after a call that expected no action and brought some, until a claim brings none |
 * | `owesSuspect`  | true if a suspect found no slot: nothing is claimed ahead until one is offered again  |
 */
export class ClaimState {
  readonly #concurrency: number;
  #phase: 'idle' | 'consuming' | 'stopping' = 'idle';
  #outlook: 'none' | 'some' | 'more' = 'some';
  #isDue = true;
  #outage = { failures: 0, isResting: false };
  #wasSurprised = false;
  #owesSuspect = false;
  #calls: readonly RoundTripRequest[] = [];

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  get phase(): 'idle' | 'consuming' | 'stopping' {
    return this.#phase;
  }

  /** True while it makes no call because the last one failed. */
  get isResting(): boolean {
    return this.#outage.isResting;
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0;
  }

  /**
   * True if actions claimed ahead may be returned now. A claim in flight brings newer ones, which must not be returned later
   * than these. An outage has to end first, unless the worker stops: a lease that is held will be renewed.
   */
  get mayGiveBack(): boolean {
    if (this.#calls.some(({ slots }) => slots > 0)) return false;
    return this.#outage.failures === 0 || this.#phase === 'stopping';
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

  /** Returns the number of slots that are neither held nor requested by a call in flight. */
  freeSlots(slotsHeld: number): number {
    const requested = this.#calls.reduce((sum, call) => sum + call.slots, 0);
    return Math.max(0, this.#concurrency - slotsHeld - requested);
  }

  /** Returns the next call to make now; undefined if none is useful. */
  nextCall(load: Load): RoundTripRequest | undefined {
    if (this.#outage.isResting || this.#phase === 'idle') return undefined;
    if (this.#calls.length >= CALLS_IN_FLIGHT || !this.#isWorthACall(load)) return undefined;
    const request = this.#requestFor(load);
    this.#calls = [...this.#calls, request];
    this.#isDue = false;
    return request;
  }

  /** Records the result of a call. */
  answered(request: RoundTripRequest, { accepted, refusedSuspect }: CallResult): void {
    this.#end(request);
    if (request.slots > 0) this.#outlook = accepted >= request.slots ? 'more' : 'none';
    if (request.expectsNone) this.#wasSurprised = accepted > 0;
    else if (request.slots > 0 && accepted === 0) this.#wasSurprised = false;
    if (request.slots > 0 && request.acceptSuspect) this.#owesSuspect = refusedSuspect;
    this.#outage = { failures: 0, isResting: false };
  }

  /**
   * Records that a call, or the wait for work, failed. Returns the number of failures in a row; undefined while it already
   * rests.
   */
  failed(request?: RoundTripRequest): number | undefined {
    if (request) this.#end(request);
    // The next claim may repeat this one, and must then have as many slots for its actions.
    if (this.#outlook === 'more') this.#outlook = 'some';
    if (this.#outage.isResting) return undefined;
    this.#outage = { failures: this.#outage.failures + 1, isResting: true };
    return this.#outage.failures;
  }

  /** Records that there may be work, or that a tick is due. */
  woken(): void {
    this.#outage = { ...this.#outage, isResting: false };
    this.#isDue = true;
    if (this.#outlook === 'none') this.#outlook = 'some';
  }

  #end(request: RoundTripRequest): void {
    this.#calls = this.#calls.filter((call) => call !== request);
  }

  #isWorthACall(load: Load): boolean {
    if (load.settlements > 0) return true;
    if (this.#phase === 'stopping') return false;
    return this.#isDue || (this.#outlook !== 'none' && this.#wantedSlots(load) > 0);
  }

  #requestFor(load: Load): RoundTripRequest {
    const acceptSuspect = !load.hasSuspect && !this.#calls.some((call) => call.acceptSuspect);
    const mayWait = this.#mostAhead(load) > 0;
    if (this.#phase === 'stopping') {
      return { slots: 0, acceptSuspect, mayWait, settleOnly: true, expectsNone: true };
    }
    const wanted = this.#wantedSlots(load);
    // Returns half of the slots while there is more work than slots, so that a second call fills the rest.
    const isHalf = this.#outlook === 'more' && !this.hasCalls;
    return {
      slots: isHalf ? Math.ceil(wanted / CALLS_IN_FLIGHT) : wanted,
      acceptSuspect,
      mayWait,
      settleOnly: false,
      expectsNone: this.#outlook === 'none' && !this.#isDue && !this.#wasSurprised,
    };
  }

  /** Returns the number of free slots, and of those that are expected to become free soon. */
  #wantedSlots(load: Load): number {
    const { slotsHeld, ahead } = load;
    if (ahead.mustGoBack) return 0;
    return this.freeSlots(slotsHeld + ahead.size - this.#mostAhead(load));
  }

  /** A suspect runs with nothing waiting behind it, and must find a free slot. */
  #mostAhead({ ahead, hasSuspect }: Load): number {
    return hasSuspect || this.#owesSuspect ? 0 : ahead.most;
  }
}
