/** An abort rejects everything that a handler waits for, also what it has left behind: that must not end the process. */
export function handled<T>(work: () => Promise<T>): Promise<T> {
  const running = work();
  running.catch(() => undefined);
  return running;
}
