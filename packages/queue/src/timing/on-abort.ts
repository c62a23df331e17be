/** Listeners by signal. */
const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` when the signal aborts. Returns a function that removes the listener. Adds one listener per signal, no
 * matter how many calls wait for it: Node warns of a leak at the eleventh, and a signal may belong to other code.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const own = (): void => listener();
  const listeners = listening.get(signal) ?? listenTo(signal);
  listeners.add(own);
  return () => {
    listeners.delete(own);
    if (listeners.size === 0) stopListening(signal);
  };
}

const handlers = new WeakMap<AbortSignal, () => void>();

function listenTo(signal: AbortSignal): Set<() => void> {
  const listeners = new Set<() => void>();
  const onAborted = (): void => {
    stopListening(signal);
    for (const listener of listeners) listener();
  };
  listening.set(signal, listeners);
  handlers.set(signal, onAborted);
  signal.addEventListener('abort', onAborted, { once: true });
  return listeners;
}

function stopListening(signal: AbortSignal): void {
  const onAborted = handlers.get(signal);
  if (onAborted) signal.removeEventListener('abort', onAborted);
  listening.delete(signal);
  handlers.delete(signal);
}
