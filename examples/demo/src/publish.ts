import { defineAction, type DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import { z } from 'zod';

/** Maximum time until a person has decided (ms). */
const APPROVAL_MS = 60_000;
const approval = z.object({ by: z.string() });

/** Publishes a text once a person has approved it. */
export const publishText = defineAction('demo.publish', {
  data: z.object({ text: z.string() }),
  result: z.object({ approvedBy: z.string() }),
});

/** Waits for the signal `approval`. */
export async function publishHandler(
  _action: DomainAction,
  ctx: Pick<ActionContext, 'waitFor'>,
): Promise<{ approvedBy: string }> {
  const { by } = await ctx.waitFor('approval', { schema: approval, timeoutMs: APPROVAL_MS });
  return { approvedBy: by };
}
