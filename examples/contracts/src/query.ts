import { defineAction } from '@nooble/models';
import { z } from 'zod';

const collection = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/);

/** A passage that is similar to a question. */
const source = z.object({
  document_id: z.string(),
  title: z.string(),
  text: z.string(),
  /** Cosine similarity, -1 to 1. */
  score: z.number(),
});
export type Source = z.infer<typeof source>;

const question = z.object({
  collection,
  query: z.string().min(1).max(2_000),
  top_k: z.int().min(1).max(50).default(5),
  /** Minimum cosine similarity. */
  threshold: z.number().min(-1).max(1).default(0),
  /** Only passages of these documents. */
  filter: z.object({ document_ids: z.array(z.string()).min(1) }).optional(),
});
export type Question = z.infer<typeof question>;

const indexed = z.object({ collection, documents: z.int(), passages: z.int() });
const found = z.object({ sources: z.array(source) });
const answered = z.object({
  answer: z.string(),
  sources: z.array(source),
  /** The language model that wrote the answer, 'extractive' for sentences of the sources, 'none' if nothing was found. */
  model: z.string(),
});

export type Indexed = z.infer<typeof indexed>;
export type Found = z.infer<typeof found>;
export type Answered = z.infer<typeof answered>;

/** Indexes documents into a collection of the tenant; replaces documents with the same id. */
export const indexDocuments = defineAction('query.index', {
  data: z.object({
    collection,
    documents: z
      .array(z.object({ id: z.string().min(1).max(256), title: z.string(), text: z.string() }))
      .min(1)
      .max(16),
  }),
  result: indexed,
});

/** Finds passages of a collection that are similar to a question. */
export const searchPassages = defineAction('query.search', { data: question, result: found });

/** Answers a question, with sources. The text of the answer is streamed while it is written. */
export const generateAnswer = defineAction('query.generate', {
  data: question,
  result: answered,
  chunk: z.object({ text: z.string() }),
});
