import type { Persistence, Transaction } from '@nooble/persistence';
import { assertSameModel, type EmbeddingModel } from '../embedding-model.ts';
import type {
  CollectionRef,
  DocumentRevision,
  PassageOrigin,
  PassageStore,
  StoredPassage,
} from '../passage-store.ts';

/** A row of the collection, which also orders concurrent writers of it. */
const TOUCH = `
  INSERT INTO passages.collections AS kept (tenant_id, collection, version, model, dimensions)
  VALUES ($1, $2, 1, $3, $4)
  ON CONFLICT (tenant_id, collection) DO UPDATE SET
    version = kept.version + 1,
    model = coalesce(kept.model, excluded.model),
    dimensions = coalesce(kept.dimensions, excluded.dimensions)
  RETURNING model AS name, dimensions`;

const DECLARE = `
  INSERT INTO passages.documents (tenant_id, collection, document_id, revision)
  VALUES ($1, $2, $3, $4)
  ON CONFLICT (tenant_id, collection, document_id) DO UPDATE SET revision = excluded.revision`;

const DELETE_SURPLUS = `
  DELETE FROM passages.passages
  WHERE tenant_id = $1 AND collection = $2 AND document_id = $3 AND number >= $4`;

const PUT = `
  INSERT INTO passages.passages (tenant_id, collection, document_id, number, title, text, vector)
  SELECT tenant_id, collection, document_id, number, title, text, vector::real[]
  FROM unnest($3::text[], $4::integer[], $5::text[], $6::text[], $7::text[])
    AS given (document_id, number, title, text, vector)
  JOIN passages.documents USING (document_id)
  WHERE tenant_id = $1 AND collection = $2 AND revision = $8
  ON CONFLICT (tenant_id, collection, document_id, number) DO UPDATE SET
    title = excluded.title, text = excluded.text, vector = excluded.vector`;

const LOAD = `
  SELECT document_id AS "documentId", number, title, text, vector
  FROM passages.passages WHERE tenant_id = $1 AND collection = $2 ORDER BY document_id, number`;

/** Stores passages in PostgreSQL, each tenant behind row level security. */
export class PostgresPassageStore implements PassageStore {
  readonly #persistence: Persistence;

  constructor(persistence: Persistence) {
    this.#persistence = persistence;
  }

  async declare(ref: CollectionRef, document: DocumentRevision): Promise<void> {
    const { documentId, revision, passages } = document;
    await this.#within(ref, async (transaction, place) => {
      await transaction.rows({ text: TOUCH, values: [...place, null, null] });
      await transaction.rows({ text: DECLARE, values: [...place, documentId, revision] });
      await transaction.rows({ text: DELETE_SURPLUS, values: [...place, documentId, passages] });
    });
  }

  async put(
    ref: CollectionRef,
    passages: readonly StoredPassage[],
    { model: given, revision }: PassageOrigin,
  ): Promise<void> {
    await this.#within(ref, async (transaction, place) => {
      const values = [...place, given.name, given.dimensions];
      const [kept = given] = await transaction.rows<EmbeddingModel>({ text: TOUCH, values });
      assertSameModel({ collection: ref.collection, kept, given });
      const columns = [
        passages.map(({ documentId }) => documentId),
        passages.map(({ id }) => numberOf(id)),
        passages.map(({ title }) => title),
        passages.map(({ text }) => text),
        passages.map(({ vector }) => `{${vector.join()}}`),
      ];
      await transaction.rows({ text: PUT, values: [...place, ...columns, revision] });
    });
  }

  async model(ref: CollectionRef): Promise<EmbeddingModel | undefined> {
    const text = `SELECT model AS name, dimensions FROM passages.collections
      WHERE tenant_id = $1 AND collection = $2 AND model IS NOT NULL`;
    const [model] = await this.#within(ref, async (transaction, place) =>
      transaction.rows<EmbeddingModel>({ text, values: place }),
    );
    return model;
  }

  async version(ref: CollectionRef): Promise<string> {
    const text =
      'SELECT version FROM passages.collections WHERE tenant_id = $1 AND collection = $2';
    const [row] = await this.#within(ref, async (transaction, place) =>
      transaction.rows<{ version: string }>({ text, values: place }),
    );
    return row?.version ?? '0';
  }

  async load(ref: CollectionRef): Promise<readonly StoredPassage[]> {
    const rows = await this.#within(ref, async (transaction, place) =>
      transaction.rows<PassageRow>({ text: LOAD, values: place }),
    );
    return rows.map(({ number, vector, ...passage }) => ({
      id: `${passage.documentId}#${number}`,
      ...passage,
      vector: Float32Array.from(vector),
    }));
  }

  async #within<Result>(
    { tenantId, collection }: CollectionRef,
    work: (transaction: Transaction, place: readonly string[]) => Promise<Result>,
  ): Promise<Result> {
    return this.#persistence.transaction(tenantId, async (transaction) =>
      work(transaction, [tenantId, collection]),
    );
  }
}

interface PassageRow {
  readonly documentId: string;
  readonly number: number;
  readonly title: string;
  readonly text: string;
  readonly vector: readonly number[];
}

/** The id of a passage is that of its document, `#`, and its number. */
function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('#') + 1));
}
