import type { RedisPool } from '@nooble/redis';
import type { ActionRef } from '../admission/receipt.ts';
import type { Partitions } from '../protocol/partitions.ts';
import { keyspacesOf } from './stored-actions.ts';

/** Maximum number of entries of an outbox that are read. */
const MAX_ENTRIES = 10_000;

/**
 * Returns true if the outcome of an action that has ended waits in the outbox of its domain, or if more waits there than can be
 * read at once. Throws RedisUnavailableError.
 */
export async function isOutcomeUndelivered(
  { redis, partitions }: { readonly redis: RedisPool; readonly partitions: Partitions },
  ref: ActionRef,
): Promise<boolean> {
  const outboxes = await Promise.all(
    (await keyspacesOf(partitions, ref)).map(async ({ outboxKey }) =>
      redis.command().zrange(outboxKey, 0, MAX_ENTRIES - 1),
    ),
  );
  return outboxes.some(
    (names) =>
      names.length === MAX_ENTRIES || names.some((name) => name.startsWith(`${ref.actionId}.cb`)),
  );
}
