import { defineAction } from '@nooble/models';
import { z } from 'zod';

/** A handler with two steps, two calls side by side, and a wait for a signal between them. */
export const plan = defineAction('durable.plan', {
  data: z.null(),
  result: z.object({ one: z.string(), left: z.string(), right: z.string(), two: z.string() }),
});

/** Called by `plan`, under this name in its journal. */
export const part = defineAction('durable-part.work', {
  data: z.object({ of: z.string(), name: z.string() }),
  result: z.string(),
});

export const SIGNAL = 'approval';
export const PLAN_TENANT = { tenantId: 'planner', tenantTier: 'enterprise' } as const;
