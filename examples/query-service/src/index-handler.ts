import type { indexDocuments, Indexed } from '@nooble-examples/contracts';
import type { ActionData, DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import { indexPart, PART_PASSAGES } from './index-part.ts';
import { passagesOf, type Passage } from './passages.ts';
import type { QueryParts } from './query-parts.ts';

type IndexData = ActionData<typeof indexDocuments>;

/** Splits documents into passages, and has them indexed in parts. It holds no slot while it waits for them. */
export function indexHandler(parts: QueryParts) {
  return async (action: DomainAction<IndexData>, ctx: ActionContext): Promise<Indexed> => {
    const { collection, documents } = action.data;
    const revision = action.actionId;
    const passages = await declarePassages(parts, action);
    await Promise.all(
      chunksOf(passages, PART_PASSAGES).map(async (chunk, index) =>
        ctx.call(`part-${index}`, indexPart, { data: { collection, revision, passages: chunk } }),
      ),
    );
    return { collection, documents: documents.length, passages: passages.length };
  };
}

async function declarePassages(
  { store, passageCharacters }: QueryParts,
  { tenantId, actionId: revision, data: { collection, documents } }: DomainAction<IndexData>,
): Promise<Passage[]> {
  const passages = documents.flatMap((document) => passagesOf(document, passageCharacters));
  for (const { id } of documents) {
    const count = passages.filter(({ documentId }) => documentId === id).length;
    await store.declare({ tenantId, collection }, { documentId: id, revision, passages: count });
  }
  return passages;
}

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
