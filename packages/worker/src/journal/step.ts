import { toWireError } from '@nooble/errors';
import { answerIn, errorIn, type Answer } from './answer.ts';
import type { Journal } from './journal.ts';
import { insideStep } from './inside-step.ts';

/**
 * Runs `compute` once for the action, and keeps its value. An error is kept only if it is final: after another one the next
 * attempt computes again.
 */
export async function step<T>(
  journal: Journal,
  name: string,
  compute: () => Promise<T> | T,
): Promise<T> {
  const { answer } = await journal.begin(name, 'step');
  const known = answer ?? (await journal.work(async () => computed(journal, name, compute)));
  const kept = answerIn(known);
  // The value as JSON holds it, so that the first run of a handler sees what later ones do.
  if (kept.status === 'done') return kept.result as T;
  throw errorIn(kept, { actionId: journal.action.actionId, name });
}

async function computed<T>(
  journal: Journal,
  name: string,
  compute: () => Promise<T> | T,
): Promise<string> {
  let text: string;
  try {
    const result = await insideStep(journal, name, compute);
    text = JSON.stringify({ status: 'done', result } satisfies Answer);
  } catch (error) {
    const wire = toWireError(error);
    if (!wire.retryable) {
      await journal.keep(
        name,
        'step',
        JSON.stringify({ status: 'dead', error: wire } satisfies Answer),
      );
    }
    throw error;
  }
  await journal.keep(name, 'step', text);
  return text;
}
