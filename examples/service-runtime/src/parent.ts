/**
 * Calls `stop` when the parent process that started this one with an IPC channel has exited or was killed. Does nothing
 * without such a parent. Returns a function that removes the listener.
 */
export function endWithParent(stop: () => void): () => void {
  if (!process.connected) return () => undefined;
  process.once('disconnect', stop);
  return () => void process.off('disconnect', stop);
}
