import { constants } from 'node:os';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The methods of `process` used here. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): unknown;
}

/** The listener of each process: Node warns of a leak at the eleventh listener. */
const stoppers = new WeakMap<SignalSource, Stopper>();

/**
 * Calls `stop` at the first SIGTERM or SIGINT; the process then ends by itself once nothing keeps it alive. A second signal
 * exits immediately with 128 plus its number. Returns a function that removes the listener.
 */
export function handleSignals(stop: () => void, source: SignalSource = process): () => void {
  const stopper = stoppers.get(source) ?? new Stopper(source);
  stoppers.set(source, stopper);
  return stopper.add(stop);
}

/** Stops all workers of a process with one listener per signal. */
class Stopper {
  readonly #source: SignalSource;
  readonly #stops = new Set<() => void>();
  #stopping = false;

  constructor(source: SignalSource) {
    this.#source = source;
  }

  add(stop: () => void): () => void {
    const own = (): void => stop();
    if (this.#stops.size === 0) {
      this.#stopping = false;
      for (const signal of SIGNALS) this.#source.on(signal, this.#onSignal);
    }
    this.#stops.add(own);
    return () => this.#remove(own);
  }

  #remove(own: () => void): void {
    if (!this.#stops.delete(own) || this.#stops.size > 0) return;
    for (const signal of SIGNALS) this.#source.off(signal, this.#onSignal);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#stopping) {
      this.#source.exit(128 + constants.signals[signal]);
      return;
    }
    this.#stopping = true;
    for (const stop of this.#stops) stop();
  };
}
