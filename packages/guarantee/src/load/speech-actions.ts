import { defineAction } from '@nooble/models';
import { z } from 'zod';

/** Streams numbered chunks, each with the token of the lease under which it was emitted. */
export const speech = defineAction('speech.speak', {
  data: z.object({ chunks: z.number() }),
  chunk: z.tuple([z.number(), z.number()]),
  result: z.object({ token: z.number(), chunks: z.number() }),
});

export const SPEECH_TENANT = { tenantId: 'speaker', tenantTier: 'enterprise' } as const;
