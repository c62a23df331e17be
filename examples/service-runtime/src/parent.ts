/**
 * Calls `stop` when the process that started this one over an IPC channel is gone, be it killed. Without
 * such a parent it does nothing. Returns the way to stop listening.
 */
export function endWithParent(stop: () => void): () => void {
  if (!process.connected) return () => undefined;
  process.once('disconnect', stop);
  return () => void process.off('disconnect', stop);
}
