import { truncate } from '@nooble/errors';

/** Words that do not identify the topic of a sentence. */
const STOP_WORDS = new Set(
  (
    'the and are but for from has have had how its not nor such than that their them then there these they this ' +
    'was were what when where which who whom whose why will with you your can could does did may into about been ' +
    'los las del que una por para con como son qué cómo cuál cuándo dónde quién'
  ).split(' '),
);

/** Returns the word stems of a text without stop words; sufficient to match "tenant" and "tenants". */
export function termsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word)).map(stemOf);
}

function stemOf(word: string): string {
  const stem = word
    .replace(/(?<=\p{L}{3})(?:ing|ed|es|s)$/u, '')
    .replace(/(?<=\p{L}{2})[ey]$/u, '');
  return truncate(stem, 6);
}
