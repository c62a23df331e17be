import { defineAction, defineCallback, type ActionInput } from '@nooble/models';
import { z } from 'zod';
import type { Job, Passage } from '../payload.ts';

/** The action of every job, checked as a service would have it checked. */
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

/** What the domain `caller` is told. */
export const embedded = defineCallback(embed, 'caller');

/** The tier has no minute or day limit by default; the depth limit stays on. */
export function inputOf({ tenant, data }: Job): ActionInput<Passage> {
  return { tenantId: tenant, tenantTier: 'enterprise', data };
}
