import type { indexDocuments, Indexed } from '@nooble-examples/contracts';
import type { ActionData, DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import { askedBy, sendAnswer } from './asking.ts';
import { requestEmbeddings } from './embedding-request.ts';
import { passagesOf } from './passages.ts';
import type { QueryParts } from './query-parts.ts';

type IndexData = ActionData<typeof indexDocuments>;

/** Passages per embedding action: their vectors fit into one message. */
const BATCH = 16;

/** Cuts documents into passages and asks for their vectors; `continueWithEmbeddings` stores them. */
export function indexHandler({ domain, passageCharacters, store, pending }: QueryParts) {
  return async (action: DomainAction<IndexData>, ctx: ActionContext) => {
    const { collection, documents } = action.data;
    const asked = askedBy(action);
    const passages = documents.flatMap((document) => passagesOf(document, passageCharacters));
    const ref = { tenantId: action.tenantId, collection };
    for (const { id } of documents) {
      const count = passages.filter(({ documentId }) => documentId === id).length;
      await store.declare(ref, id, count);
    }
    const totals = { documents: documents.length, passages: passages.length };
    const parts = chunksOf(passages, BATCH).map((chunk, index) => ({
      sentId: `${action.actionId}.e${index}`,
      chunk,
    }));
    await pending.begin(
      asked.actionId,
      parts.map(({ sentId }) => sentId),
      totals,
    );
    for (const { sentId, chunk } of parts) {
      await pending.put(sentId, { step: 'passages', asked, collection, passages: chunk });
      const texts = chunk.map(({ title, text }) => `${title}\n${text}`);
      await requestEmbeddings({ action, ctx, domain }, sentId, texts);
    }
    if (parts.length === 0) {
      const result: Indexed = { collection, ...totals };
      await sendAnswer(asked, { status: 'done', result }, { action, ctx });
    }
    return { status: 'accepted' as const };
  };
}

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
