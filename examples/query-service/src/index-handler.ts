import type { indexDocuments, Indexed } from '@nooble-examples/contracts';
import type { ActionData, DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import { askedBy, sendAnswer } from './asking.ts';
import { requestEmbeddings } from './embedding-request.ts';
import { passagesOf, type Passage } from './passages.ts';
import type { AskedAction } from './pending-steps.ts';
import type { QueryParts } from './query-parts.ts';
import { stepIdOf } from './step-id.ts';

type IndexData = ActionData<typeof indexDocuments>;

/** Passages per embedding action, so that their vectors fit into one message. */
const BATCH = 16;

/** Splits documents into passages and requests their vectors; `continueWithEmbeddings` stores them. */
export function indexHandler(parts: QueryParts) {
  return async (action: DomainAction<IndexData>, ctx: ActionContext) => {
    const asked = askedBy(action);
    const { collection, documents } = action.data;
    const passages = await declarePassages(parts, action);
    const totals = { documents: documents.length, passages: passages.length };
    const missing = await requestParts(parts, { asked, collection, passages, totals, ctx });
    if (missing === 0) {
      const result: Indexed = { collection, ...totals };
      await sendAnswer(asked, { status: 'done', result }, ctx);
    }
    return { status: 'accepted' as const };
  };
}

async function declarePassages(
  { store, passageCharacters }: QueryParts,
  { tenantId, data: { collection, documents } }: DomainAction<IndexData>,
): Promise<Passage[]> {
  const passages = documents.flatMap((document) => passagesOf(document, passageCharacters));
  for (const { id } of documents) {
    const count = passages.filter(({ documentId }) => documentId === id).length;
    await store.declare({ tenantId, collection }, id, count);
  }
  return passages;
}

interface Indexing {
  readonly ctx: ActionContext;
  readonly asked: AskedAction;
  readonly collection: string;
  readonly passages: readonly Passage[];
  readonly totals: { readonly documents: number; readonly passages: number };
}

/** Requests the vectors of all parts that have none yet; some parts may have them if this runs again after a crash. */
async function requestParts(
  { domain, pending }: QueryParts,
  { asked, collection, passages, totals, ctx }: Indexing,
): Promise<number> {
  const parts = chunksOf(passages, BATCH).map((chunk, index) => ({
    sentId: stepIdOf(asked, `embed ${index}`),
    chunk,
  }));
  const sentIds = parts.map(({ sentId }) => sentId);
  const missing = await pending.begin(asked, sentIds, totals);
  for (const { sentId, chunk } of parts) {
    if (!missing.has(sentId)) continue;
    await pending.put(sentId, { step: 'passages', asked, collection, passages: chunk });
    const texts = chunk.map(({ title, text }) => `${title}\n${text}`);
    await requestEmbeddings({ ctx, domain }, sentId, texts);
  }
  return missing.size;
}

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
