import { createHash } from 'node:crypto';
import { SESSION_SEQUENCE, type DomainAction } from '@nooble/models';

/** Hash of an action without a sequence. */
export const NO_SEQUENCE = '-';

/** Returns the hash of the sequence of an action, or '-'. A session and a name of the same text are different sequences. */
export function sequenceHashOf({ sequence, sessionId }: DomainAction): string {
  if (sequence === undefined) return NO_SEQUENCE;
  const text = sequence === SESSION_SEQUENCE ? `session ${sessionId}` : `name ${sequence}`;
  return createHash('sha256').update(text).digest('hex');
}
