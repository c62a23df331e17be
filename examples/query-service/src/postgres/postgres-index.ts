import type { Source } from '@nooble-examples/contracts';
import type { Persistence } from '@nooble/persistence';
import type { PassageIndex, VectorSearch } from '../passage-index.ts';
import type { CollectionRef, PassageStore } from '../passage-store.ts';
import { VectorIndex } from '../vector-index.ts';
import { PgvectorIndex } from './pgvector-index.ts';

const HAS_PGVECTOR = `SELECT FROM pg_extension WHERE extname = 'vector'`;

/** Searches in PostgreSQL if it has the extension pgvector, otherwise in memory. */
export class PostgresIndex implements PassageIndex {
  readonly #persistence: Persistence;
  readonly #store: PassageStore;
  #chosen: PassageIndex | undefined;

  constructor(persistence: Persistence, store: PassageStore) {
    this.#persistence = persistence;
    this.#store = store;
  }

  async search(ref: CollectionRef, search: VectorSearch): Promise<Source[]> {
    this.#chosen ??= await this.#choose(ref.tenantId);
    return this.#chosen.search(ref, search);
  }

  /** With the first search, because PostgreSQL may be away when the service starts. */
  async #choose(tenantId: string): Promise<PassageIndex> {
    const found = await this.#persistence.transaction(tenantId, async ({ rows }) =>
      rows({ text: HAS_PGVECTOR }),
    );
    return found.length === 1
      ? new PgvectorIndex(this.#persistence, this.#store)
      : new VectorIndex(this.#store);
  }
}
