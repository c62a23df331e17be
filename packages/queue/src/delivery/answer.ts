import { InvalidActionError } from '@nooble/errors';
import type { JournalName } from '@nooble/models';

/** The value of a name in a journal: the outcome of a child, or a signal. */
export interface Answer extends JournalName {
  /** Tenant of the action with the journal. */
  readonly tenantId: string;
  /** JSON. */
  readonly text: string;
}

/** Encodes an answer as it is stored in the outbox. */
export function messageOfAnswer({ domain, actionId, name, tenantId, text }: Answer): string {
  return `answer ${domain} ${actionId} ${name} ${tenantId}\n${text}`;
}

/** Decodes an answer from the outbox. Throws InvalidActionError for a malformed one. */
export function answerOf(message: string): Answer {
  const end = message.indexOf('\n');
  const [, domain, actionId, name, tenantId] = message.slice(0, end).split(' ');
  if (domain === undefined || actionId === undefined || name === undefined || !tenantId) {
    throw new InvalidActionError({ reason: 'it is not an answer to a journal' });
  }
  return { domain, actionId, name, tenantId, text: message.slice(end + 1) };
}
