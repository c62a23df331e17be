import type { ClaimedAction } from '@nooble/queue';
import { backoffMs } from '../handlers/backoff.ts';
import { ClaimState, type Load } from './claim-state.ts';
import type { Prefetch } from './prefetch.ts';
import { BUSY_HEARTBEAT_MS, HEARTBEAT_MS } from './heartbeat.ts';
import {
  makeRoundTrip,
  type RoundTripAnswer,
  type RoundTripParts,
  type RoundTripRequest,
} from './round-trip.ts';
import type { Ahead } from '../attempts/ahead.ts';
import type { Running } from '../attempts/running.ts';
import { WakeUp, type Listening } from './wake-up.ts';

/** Delays between calls while the queue cannot be reached (ms). */
const RECONNECT = { baseMs: 200, capMs: 2_000 };

/** Dependencies of a consumer. */
export interface ConsumerParts extends RoundTripParts {
  readonly running: Running;
  readonly ahead: Ahead;
  readonly prefetch: Prefetch;
  readonly concurrency: number;
  /** Returns actions to the queue, in the order of their claim. Never rejects. */
  readonly release: (claimed: readonly ClaimedAction[]) => Promise<void>;
}

/**
 * The claim loop. Every call settles ended attempts and requests all free slots. Makes no call if there is nothing to settle
 * and either no free slot or no known work.
 */
export class Consumer {
  readonly #parts: ConsumerParts;
  readonly #wakeUp: WakeUp;
  readonly #state: ClaimState;
  #scheduled = false;
  #lastAnswerMs: number | undefined;
  #clockLeadMs = 0;
  readonly #whenConsuming: (() => void)[] = [];
  readonly #whenDrained: (() => void)[] = [];

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
    this.#state = new ClaimState(parts.concurrency);
    this.#wakeUp = new WakeUp({
      broker: parts.broker,
      onWake: () => this.#woken(),
      onSilence: () => this.schedule(),
      onError: (error) => this.#failed('wait for work', error),
    });
  }

  /** Time of the last answer of the queue, on the monotonic clock; undefined before the first. */
  get lastAnswerMs(): number | undefined {
    return this.#lastAnswerMs;
  }

  /** Lead of the domain's clock over the server's at the last claim (ms). */
  get clockLeadMs(): number {
    return this.#clockLeadMs;
  }

  /** Resolves after the first answered claim, however long the queue cannot be reached. */
  async start(): Promise<void> {
    this.#state.start();
    this.schedule();
    await new Promise<void>((resolve) => this.#whenConsuming.push(resolve));
  }

  /** Decides soon whether to make a call. Attempts that end in the same turn of the event loop share it. */
  schedule(): void {
    if (this.#scheduled || this.#state.phase === 'idle') return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#callWhatIsWorthIt();
    });
  }

  /** Stops claiming. Ended attempts are still settled. */
  stop(): void {
    if (this.#state.phase === 'idle') return;
    this.#state.stop();
    this.#parts.ahead.close();
    this.#wakeUp.stopListening();
    this.#parts.settlements.hurry();
    this.schedule();
  }

  /** After `stop()`: resolves when no call is in flight and the queue knows every ending. */
  async drained(): Promise<void> {
    if (this.#isDrained()) return;
    await new Promise<void>((resolve) => this.#whenDrained.push(resolve));
  }

  /** Ends timers and waits. Nothing is sent after this. */
  close(): void {
    this.#state.close();
    this.#wakeUp.stop();
    this.#parts.ahead.close();
    this.#parts.settlements.stop();
    resolveAll(this.#whenConsuming);
    resolveAll(this.#whenDrained);
  }

  #callWhatIsWorthIt(): void {
    if (this.#state.phase === 'idle') return;
    if (this.#state.mayGiveBack && this.#parts.ahead.giveBack()) {
      // The next claim may return the same actions: it has to be sent after the release.
      this.schedule();
      return;
    }
    for (let next = this.#nextCall(); next; next = this.#nextCall()) void this.#call(next);
    if (this.#isDrained()) resolveAll(this.#whenDrained);
    this.#listen();
  }

  #nextCall(): RoundTripRequest | undefined {
    return this.#state.nextCall(loadOf(this.#parts));
  }

  /** A full worker would steal the wake token from a worker with free slots; it waits for words alone. */
  #listen(): void {
    const { phase, hasCalls, isResting } = this.#state;
    if (phase !== 'consuming' || hasCalls || isResting) return;
    this.#wakeUp.listen({ ...loadOfSlots(this.#parts), hasSlot: this.#freeSlots() > 0 });
  }

  async #call(request: RoundTripRequest): Promise<void> {
    try {
      const answer = await makeRoundTrip(this.#parts, request);
      const others = this.#parts.ahead.accept(answer.claimed, request.mayWait);
      if (others.length > 0) await this.#parts.release(others);
      const accepted = answer.claimed.length - others.length;
      const refusedSuspect = others.some(({ suspect }) => suspect);
      this.#state.answered(request, { accepted, refusedSuspect });
      this.#answered(answer);
    } catch (error) {
      this.#failed('claim actions', error, request);
    }
    this.schedule();
  }

  #freeSlots(): number {
    return this.#state.freeSlots(this.#parts.running.slotsHeld);
  }

  #answered({ dueInMs, clockLeadMs }: RoundTripAnswer): void {
    this.#lastAnswerMs = this.#parts.clock.monotonicMs();
    this.#clockLeadMs = clockLeadMs;
    resolveAll(this.#whenConsuming);
    this.#wakeUp.after(this.#restMs(dueInMs));
  }

  /** Returns the time until the next call if nothing happens before (ms). */
  #restMs(dueInMs = HEARTBEAT_MS): number {
    if (this.#freeSlots() === 0) return HEARTBEAT_MS;
    const isBusy = this.#parts.running.slotsHeld > 0;
    return Math.min(dueInMs, isBusy ? BUSY_HEARTBEAT_MS : HEARTBEAT_MS);
  }

  #woken(): void {
    this.#state.woken();
    this.schedule();
  }

  #failed(attempted: string, error: unknown, request?: RoundTripRequest): void {
    const { broker, publish } = this.#parts;
    publish('error', { attempted: `${attempted} of domain "${broker.domain}"`, error });
    const failures = this.#state.failed(request);
    if (failures === undefined) return;
    this.#wakeUp.after(RECONNECT.baseMs / 2 + backoffMs(RECONNECT, failures));
  }

  #isDrained(): boolean {
    const { settlements, ahead } = this.#parts;
    const { phase, hasCalls } = this.#state;
    return phase !== 'consuming' && !hasCalls && settlements.size === 0 && ahead.isEmpty;
  }
}

function loadOf({ running, ahead, prefetch, settlements }: ConsumerParts): Load {
  const { slotsHeld, hasSuspect } = running;
  const { size, mustGoBack } = ahead;
  const most = prefetch.most(running.longestMs);
  const pending = settlements.pending;
  return { slotsHeld, hasSuspect, ahead: { size, most, mustGoBack }, settlements: pending };
}

function loadOfSlots({ running }: ConsumerParts): Omit<Listening, 'hasSlot'> {
  const { slotsHeld, longestMs } = running;
  return { isBusy: slotsHeld > 0, longestMs };
}

function resolveAll(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
