/** What shells answer for a program that was interrupted. */
export const INTERRUPTED_EXIT_CODE = 130;

/** Aborted by Ctrl-C, or when the program is asked to end; asked again, it ends without tidying up. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => controller.abort(new Error('interrupted')));
  }
  return controller.signal;
}

/** What comes of some work, unless the signal is first: throws its reason, and the work is left alone. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const refuse = (): void => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    signal.addEventListener('abort', refuse, { once: true });
  });
  return Promise.race([work, aborted]);
}
