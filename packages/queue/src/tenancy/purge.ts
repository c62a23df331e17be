import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { assertTenantId } from '@nooble/models';
import { blockedActions, type TenantPlace } from './actions-of.ts';
import { partsOf, type TenancyParts, type TenancyTarget } from './parts.ts';
import {
  cancelListed,
  cancelMany,
  closeDomain,
  discardLetters,
  forgetTenant,
  untilIdle,
} from './purge-domain.ts';
import { countRemains, type TenantRemains } from './remains.ts';
import { removeEndings } from './tenant-endings.ts';
import { deleteKeys, domainsOf, keysOfTenant } from './tenant-keys.ts';

/** Options of a purge. */
export interface PurgeOptions {
  /** Maximum time to wait for running actions, whose signals are aborted (ms). @default 30_000 */
  readonly waitMs?: number;
}

/** Data of a tenant that was removed from Redis, and what a second look found afterwards. */
export interface QueuePurge {
  /** All domains of the prefix. */
  readonly domains: readonly string[];
  readonly cancelled: number;
  readonly deadLetters: number;
  readonly schedules: number;
  /** Endings that no recorder had stored. */
  readonly endings: number;
  readonly keys: number;
  /** Time of the domain that is ahead of the others (Unix ms): what was purged had ended by then. */
  readonly purgedMs: number;
  /** All zero, unless actions still run, or were sent meanwhile: then repeat the purge. */
  readonly left: TenantRemains;
}

const CHECK: OptionsCheck<PurgeOptions> = { of: 'a purge', rules: { waitMs: rule.duration } };

/**
 * Removes a tenant from all domains: refuses its new actions, cancels the others and waits for those that run, deletes its dead
 * letters, schedules, streams, endings, idempotency keys and limits, in bounded calls. May be repeated. Suspend the tenant in
 * your directory before, because admission is open again afterwards. Lists the keys of the whole server (`SCAN`). Throws
 * InvalidActionError for an invalid id, RangeError and RedisUnavailableError.
 */
export async function purgeTenantQueues(
  target: TenancyTarget,
  tenantId: string,
  options: PurgeOptions = {},
): Promise<QueuePurge> {
  assertTenantId(tenantId);
  const { waitMs = 30_000 } = readOptions(options, CHECK);
  const parts = partsOf(target);
  const domains = await domainsOf(parts);
  const places = domains.map((domain) => ({ domain, tenantId }));
  const [cancelled, deadline] = [new Set<string>(), performance.now() + waitMs];
  let [schedules, deadLetters] = [0, 0];
  for (const place of places) schedules += await closeDomain(parts, place);
  for (const place of places) await cancelListed(parts, place, cancelled);
  // A page that is cancelled moves the places of those after it.
  while ((await cancelBlocked(parts, tenantId, cancelled)) > 0);
  const forgotten = new Set<string>();
  for (const place of places) {
    await untilIdle(parts, place, deadline);
    // Callbacks, and actions that a worker has released.
    await cancelListed(parts, place, cancelled);
    deadLetters += await discardLetters(parts, place);
    if (await forgetTenant(parts, place)) forgotten.add(place.domain);
  }
  const keys = await deleteAll(parts, tenantId, forgotten);
  // After all that ends an action.
  const { endings, purgedMs } = await removeAllEndings(parts, places);
  const left = await countRemains(parts, tenantId, domains);
  const counts = { cancelled: cancelled.size, deadLetters, schedules, endings, keys };
  return { domains, ...counts, purgedMs, left };
}

/** Returns the number of actions that this call has found. */
async function cancelBlocked(
  parts: TenancyParts,
  tenantId: string,
  cancelled: Set<string>,
): Promise<number> {
  let found = 0;
  for await (const { domain, actionIds } of blockedActions(parts, tenantId)) {
    await cancelMany(parts, { domain, tenantId }, actionIds);
    for (const id of actionIds) {
      if (!cancelled.has(id)) found += 1;
      cancelled.add(id);
    }
  }
  return found;
}

async function removeAllEndings(parts: TenancyParts, places: readonly TenantPlace[]) {
  let [endings, purgedMs] = [0, 0];
  for (const place of places) {
    const { count, nowMs } = await removeEndings(parts, place);
    endings += count;
    purgedMs = Math.max(purgedMs, nowMs);
  }
  return { endings, purgedMs };
}

/** Keeps the keys of domains in which the tenant still has actions. */
async function deleteAll(
  parts: TenancyParts,
  tenantId: string,
  forgotten: ReadonlySet<string>,
): Promise<number> {
  let deleted = 0;
  for await (const keys of keysOfTenant(parts, tenantId)) {
    deleted += await deleteKeys(
      parts.redis,
      keys.filter(({ domain }) => forgotten.has(domain)),
    );
  }
  return deleted;
}
