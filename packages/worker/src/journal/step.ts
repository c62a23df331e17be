import { quoted, toWireError, type WireError } from '@nooble/errors';
import { assertUsable, FUNCTION } from './usable.ts';
import { jsonText } from './json-text.ts';
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
  assertUsable(compute, FUNCTION, `what step ${quoted(name)} computes`);
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
  let result: T;
  try {
    result = await insideStep(journal, name, compute);
  } catch (error) {
    await keepFinal(journal, name, toWireError(error));
    throw error;
  }
  const text = resultText(result, `value of step "${name}" of action "${journal.action.actionId}"`);
  await journal.keep(name, 'step', text);
  return text;
}

async function keepFinal(journal: Journal, name: string, error: WireError): Promise<void> {
  if (error.retryable) return;
  await journal.keep(name, 'step', JSON.stringify({ status: 'dead', error } satisfies Answer));
}

/** Throws ValidationError, which is not kept: the same action can be redriven once its handler is corrected. */
function resultText(result: unknown, what: string): string {
  const value = result === undefined ? '' : `,"result":${jsonText(result, what)}`;
  return `{"status":"done"${value}}`;
}
