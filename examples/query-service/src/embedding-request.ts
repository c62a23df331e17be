import { generateEmbeddings } from '@nooble-examples/contracts';
import type { ActionContext } from '@nooble/worker';

/** Requests vectors from the embedding service, which returns them as a callback to the domain of this service. */
export async function requestEmbeddings(
  { ctx, domain }: { ctx: ActionContext; domain: string },
  sentId: string,
  texts: readonly string[],
): Promise<void> {
  const options = { actionId: sentId, callback: domain };
  await ctx.enqueue(generateEmbeddings, { texts: [...texts] }, options);
}
