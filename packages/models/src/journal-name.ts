import { InvalidActionError, quoted } from '@nooble/errors';
import { bare, NAME_PATTERNS } from './names.ts';

/** A name in the journal of an action, which receives the outcome of a child. */
export interface JournalName {
  readonly domain: string;
  readonly actionId: string;
  readonly name: string;
}

/** `journal:<domain>:<action_id>:<name>`. */
export const JOURNAL_NAME = new RegExp(
  `^journal:${bare(NAME_PATTERNS.domain)}:${bare(NAME_PATTERNS.actionId)}:${bare(NAME_PATTERNS.stepName)}$`,
);

/** Returns true for a valid name of a journal's entry. */
export function isJournalName(value: unknown): value is string {
  return typeof value === 'string' && JOURNAL_NAME.test(value);
}

/** Formats `journal:<domain>:<action_id>:<name>`. Throws InvalidActionError for invalid parts. */
export function formatJournalName({ domain, actionId, name }: JournalName): string {
  const text = `journal:${domain}:${actionId}:${name}`;
  if (!isJournalName(text)) refuse(text);
  return text;
}

/** Splits `journal:<domain>:<action_id>:<name>`. Throws InvalidActionError. */
export function parseJournalName(text: string): JournalName {
  if (!isJournalName(text)) refuse(text);
  const [, domain = '', actionId = '', name = ''] = text.split(':');
  return { domain, actionId, name };
}

function refuse(text: string): never {
  const expected = 'an entry of a journal, "journal:<domain>:<action_id>:<name>"';
  throw new InvalidActionError({ reason: `${quoted(text, 300)} does not name ${expected}` });
}
