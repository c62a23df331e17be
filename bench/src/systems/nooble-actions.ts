import { defineAction, defineCallback, type ActionInput } from '@nooble/models';
import { z } from 'zod';
import type { Job, Passage } from '../payload.ts';

/** The action of every job, validated as in a real service. */
export const embed = defineAction('work.embed', {
  data: z.object({
    n: z.int(),
    document: z.string(),
    chunk: z.int(),
    model: z.string(),
    text: z.string(),
  }),
  result: z.object({ n: z.int() }),
});

/** The callback to the domain `caller`. */
export const embedded = defineCallback(embed, 'caller');

/** Uses a tier without minute and day limits; the depth limit is enabled. */
export function inputOf({ tenant, data }: Job): ActionInput<Passage> {
  return { tenantId: tenant, tenantTier: 'enterprise', data };
}
