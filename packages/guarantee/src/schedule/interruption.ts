/** Exit code that shells report for an interrupted program. */
export const INTERRUPTED_EXIT_CODE = 130;

/** Returns a signal that aborts on SIGINT, SIGTERM or SIGHUP. A second one ends the process without cleanup. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => controller.abort(new Error('interrupted')));
  }
  return controller.signal;
}

/** Returns the result of `work`. Throws the reason of the signal if that aborts first; `work` then continues unobserved. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const refuse = (): void => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    signal.addEventListener('abort', refuse, { once: true });
  });
  return Promise.race([work, aborted]);
}
