import { defineAction } from '@nooble/models';
import { z } from 'zod';

/** Enough to share a call, few enough that the vectors fit into one message. */
export const MAX_TEXTS = 64;

/** Texts into vectors. */
export const generateEmbeddings = defineAction('embedding.generate', {
  data: z.object({
    texts: z.array(z.string()).min(1).max(MAX_TEXTS),
    /** @default the model the service is set to */
    model: z.string().min(1).optional(),
  }),
  result: z.object({
    embeddings: z.array(z.array(z.number())),
    model: z.string(),
    dimensions: z.int().positive(),
    total_tokens: z.int().nonnegative(),
  }),
});

/** Whether texts could be embedded, without doing it. */
export const validateTexts = defineAction('embedding.validate', {
  data: z.object({
    texts: z.array(z.string()).min(1).max(MAX_TEXTS),
    model: z.string().optional(),
  }),
  result: z.object({
    valid: z.boolean(),
    problems: z.array(z.object({ index: z.int(), message: z.string() })),
    total_tokens: z.int().nonnegative(),
  }),
});
