import type { Source } from '@nooble-examples/contracts';
import type { Persistence } from '@nooble/persistence';
import { assertSameModel } from '../embedding-model.ts';
import type { PassageIndex, VectorSearch } from '../passage-index.ts';
import type { CollectionRef, PassageStore } from '../passage-store.ts';

/**
 * `<=>` is the cosine distance. Exact, because the vectors of a collection are few and those of different collections may have
 * different lengths, which an index cannot have.
 */
const SEARCH = `
  WITH scored AS (
    SELECT document_id, title, text, round((1 - (vector::vector <=> $3::vector))::numeric, 4)::float8 AS score
    FROM passages.passages
    WHERE tenant_id = $1 AND collection = $2 AND ($4::text[] IS NULL OR document_id = ANY ($4))
  )
  SELECT document_id, title, text, score FROM scored
  WHERE score <> 0 AND score >= $5 ORDER BY score DESC LIMIT $6`;

/** Searches collections in a PostgreSQL with the extension pgvector, which loads no vectors into the service. */
export class PgvectorIndex implements PassageIndex {
  readonly #persistence: Persistence;
  readonly #store: Pick<PassageStore, 'model'>;

  constructor(persistence: Persistence, store: Pick<PassageStore, 'model'>) {
    this.#persistence = persistence;
    this.#store = store;
  }

  async search({ tenantId, collection }: CollectionRef, search: VectorSearch): Promise<Source[]> {
    const { vector, model: given, topK, threshold, documentIds = null } = search;
    const kept = await this.#store.model({ tenantId, collection });
    if (!kept) return [];
    assertSameModel({ collection, kept, given });
    const values = [tenantId, collection, `[${vector.join()}]`, documentIds, threshold, topK];
    return this.#persistence.transaction(tenantId, async (transaction) =>
      transaction.rows<Source>({ text: SEARCH, values }),
    );
  }
}
