let waiting: (() => void)[] = [];

/** Calls `run` once the current turn of the event loop is over, together with all others that wait for it. */
export function atTurnEnd(run: () => void): void {
  waiting.push(run);
  if (waiting.length === 1) setImmediate(runAll);
}

function runAll(): void {
  const due = waiting;
  waiting = [];
  for (const run of due) run();
}
