import { generateEmbeddings } from '@nooble-examples/contracts';
import { defineAction, type ActionData, type DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import { z } from 'zod';
import { modelOf, vectorsOf } from './embedded-vectors.ts';
import type { QueryParts } from './query-parts.ts';

/** Maximum number of passages of a part, whose vectors fit into its journal. */
export const PART_PASSAGES = 16;

const passage = z.object({
  id: z.string(),
  documentId: z.string(),
  title: z.string(),
  text: z.string(),
});

/** Indexes some passages. The service sends it to itself, so that its workers share a large document. */
export const indexPart = defineAction('query.index-part', {
  data: z.object({
    collection: z.string(),
    revision: z.string(),
    passages: z.array(passage).max(PART_PASSAGES),
  }),
  result: z.int(),
});

/** Stores passages with their vectors, and returns their number. */
export function indexPartHandler({ store }: QueryParts) {
  return async (
    {
      tenantId,
      data: { collection, revision, passages },
    }: DomainAction<ActionData<typeof indexPart>>,
    ctx: ActionContext,
  ): Promise<number> => {
    const texts = passages.map(({ title, text }) => `${title}\n${text}`);
    const embeddings = await ctx.call('embed', generateEmbeddings, { data: { texts } });
    const vectors = vectorsOf(embeddings, passages.length);
    const stored = vectors.flatMap((vector, at) => {
      const own = passages[at];
      return own ? [{ ...own, vector }] : [];
    });
    await store.put({ tenantId, collection }, stored, { model: modelOf(embeddings), revision });
    return passages.length;
  };
}
