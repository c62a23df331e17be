import { generateEmbeddings } from '@nooble-examples/contracts';
import { childFields, formatQueueName, type DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';

/** Asks the embedding service for vectors; they come back as a callback to this service's own queue. */
export async function requestEmbeddings(
  { action, ctx, domain }: { action: DomainAction; ctx: ActionContext; domain: string },
  sentId: string,
  texts: readonly string[],
): Promise<void> {
  const { tenantId, tenantTier: tier } = action;
  const request = generateEmbeddings.create({
    ...childFields(action),
    actionId: sentId,
    data: { texts: [...texts] },
    callbackQueue: formatQueueName({ domain, tenantId, tier }),
  });
  await ctx.queues.enqueue(request);
}
