import { defineAction, defineCallback, type CallbackData } from '@nooble/models';
import type { ActionDefinition } from '@nooble/models';
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
  /** Queue of the same tenant that receives the answer. */
  answer_queue: z.string(),
});
export type Question = z.infer<typeof question>;

/** The work has begun. The answer is sent later, because embeddings must be created first. */
const accepted = z.object({ status: z.literal('accepted') });

/** Indexes documents into a collection of the tenant; replaces documents with the same id. */
export const indexDocuments = defineAction('query.index', {
  data: z.object({
    collection,
    documents: z
      .array(z.object({ id: z.string().min(1).max(256), title: z.string(), text: z.string() }))
      .min(1)
      .max(16),
    answer_queue: z.string(),
  }),
  result: accepted,
});

/** Finds passages of a collection that are similar to a question. */
export const searchPassages = defineAction('query.search', { data: question, result: accepted });

/** Answers a question, with sources. */
export const generateAnswer = defineAction('query.generate', { data: question, result: accepted });

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

/** Returns the definitions of the answers that a domain receives; it registers handlers for them. */
export function answersFor(domain: string): {
  readonly indexed: ActionDefinition<CallbackData<Indexed>>;
  readonly found: ActionDefinition<CallbackData<Found>>;
  readonly answered: ActionDefinition<CallbackData<Answered>>;
} {
  return {
    indexed: answerOf(indexDocuments.type, indexed, domain),
    found: answerOf(searchPassages.type, found, domain),
    answered: answerOf(generateAnswer.type, answered, domain),
  };
}

function answerOf<Result>(
  type: string,
  schema: z.ZodType<Result>,
  domain: string,
): ActionDefinition<CallbackData<Result>> {
  return defineCallback(defineAction(type, { data: z.unknown(), result: schema }), domain);
}
