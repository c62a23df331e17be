import { defineAction } from '@nooble/models';
import { z } from 'zod';

/** Maximum texts per action: a reasonable batch whose vectors still fit into one message. */
export const MAX_TEXTS = 64;

/** Turns texts into vectors. */
export const generateEmbeddings = defineAction('embedding.generate', {
  data: z.object({
    texts: z.array(z.string()).min(1).max(MAX_TEXTS),
    /** @default the model that the service is configured with */
    model: z.string().min(1).optional(),
  }),
  result: z.object({
    embeddings: z.array(z.array(z.number())),
    model: z.string(),
    dimensions: z.int().positive(),
    total_tokens: z.int().nonnegative(),
  }),
});

/** Checks that texts can be embedded, without embedding them. */
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
