import type { BaseWorker, WorkerEventMap } from '@nooble/worker';

/** Adds a listener to a worker. Returns a function that removes it. */
export function listen<Name extends keyof WorkerEventMap>(
  { events }: BaseWorker,
  name: Name,
  listener: (event: WorkerEventMap[Name][0]) => void,
): () => void {
  // Node's own signature cannot relate a generic name to its payload.
  const added = listener as (...args: never[]) => void;
  events.on(name, added as never);
  return () => events.off(name, added as never);
}
