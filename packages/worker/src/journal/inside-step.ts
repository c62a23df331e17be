import { AsyncLocalStorage } from 'node:async_hooks';
import { InvalidActionError } from '@nooble/errors';
import type { Journal } from './journal.ts';

const steps = new AsyncLocalStorage<{ readonly journal: Journal; readonly name: string }>();

/** Runs what a step computes. */
export async function insideStep<T>(
  journal: Journal,
  name: string,
  compute: () => Promise<T> | T,
): Promise<T> {
  return steps.run({ journal, name }, async () => compute());
}

/** Throws InvalidActionError in a step: it needs the slot that its handler would have to give up, so it would never end. */
export function assertOutsideSteps(journal: Journal, attempted: string): void {
  const step = steps.getStore();
  if (step?.journal !== journal) return;
  const reason = `${attempted} is inside step "${step.name}", which would wait for itself: move it out of the step`;
  throw new InvalidActionError({ reason });
}
