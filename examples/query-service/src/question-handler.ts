import type { Question } from '@nooble-examples/contracts';
import type { DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import { askedBy } from './asking.ts';
import { requestEmbeddings } from './embedding-request.ts';
import type { QueryParts } from './query-parts.ts';
import { stepIdOf } from './step-id.ts';

/** Requests the vector of a question; `continueWithEmbeddings` searches and answers. */
export function askQuestion({ domain, pending }: QueryParts) {
  return async (action: DomainAction<Question>, ctx: ActionContext) => {
    const asked = askedBy(action);
    const sentId = stepIdOf(asked, 'embed');
    await pending.put(sentId, { step: 'question', asked, question: action.data });
    await requestEmbeddings({ ctx, domain }, sentId, [action.data.query]);
    return { status: 'accepted' as const };
  };
}
