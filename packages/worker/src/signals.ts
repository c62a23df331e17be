import { constants } from 'node:os';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The part of `process` that signals need. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): unknown;
}

/**
 * Calls `stop` at the first SIGTERM or SIGINT; the process then ends by itself once nothing keeps it
 * alive. A second signal exits at once with 128 + its number. Returns the way to stop listening.
 */
export function handleSignals(stop: () => void, source: SignalSource = process): () => void {
  let stopping = false;
  const listener = (signal: NodeJS.Signals): void => {
    if (stopping) {
      source.exit(128 + constants.signals[signal]);
      return;
    }
    stopping = true;
    stop();
  };
  for (const signal of SIGNALS) source.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) source.off(signal, listener);
  };
}
