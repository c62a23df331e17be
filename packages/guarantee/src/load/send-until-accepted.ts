import { isNoobleError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { DomainQueueManager } from '@nooble/queue';
import type { Journal } from '../journal/journal.ts';
import { ATTEMPTS, type Work } from './actions.ts';

/** Dependencies of a sender. */
export interface SenderParts {
  readonly queues: Pick<DomainQueueManager, 'enqueue'>;
  readonly journal: Journal;
  /** Pause before an action without an answer is sent again (ms). */
  readonly restMs: number;
}

/** Sends an action until it is accepted or refused, and records every step. */
export async function sendUntilAccepted(
  { queues, journal, restMs }: SenderParts,
  action: DomainAction<Work>,
  sequence?: string,
): Promise<void> {
  const { failures, behaviour } = action.data;
  const entry = { id: action.actionId, tenant: action.tenantId };
  const ends = failures < ATTEMPTS && behaviour !== 'invalid-result' ? 'done' : 'dead';
  journal.write({ event: 'sent', ...entry, ends, ...(sequence !== undefined && { sequence }) });
  for (;;) {
    try {
      await queues.enqueue(action);
      return journal.write({ event: 'accepted', ...entry });
    } catch (error) {
      if (!isNoobleError(error)) throw error;
      if (error.code !== 'REDIS_UNAVAILABLE') {
        return journal.write({ event: 'refused', ...entry, code: error.code });
      }
      await new Promise((resolve) => void setTimeout(resolve, restMs));
      journal.write({ event: 'resent', id: entry.id });
    }
  }
}
