import { asRedisUnavailable } from '@nooble/redis';
import { listActions, type ListedAction } from '../inspection/tenant-list.ts';
import type { ListedState } from '../protocol/operations/tenant-list.ts';
import type { TenancyParts } from './parts.ts';
import { keysOfTenant } from './tenant-keys.ts';

/** A tenant in a domain. */
export interface TenantPlace {
  readonly domain: string;
  readonly tenantId: string;
}

/** Returns the actions of a tenant in one state, in pages of up to 500. */
export async function* listedActions(
  parts: TenancyParts,
  place: TenantPlace,
  state: ListedState,
): AsyncGenerator<readonly ListedAction[]> {
  let cursor: string | undefined;
  do {
    const page = await listActions(parts, { ...place, state, limit: 500, cursor }, () => undefined);
    if (page.actions.length > 0) yield page.actions;
    ({ cursor } = page);
  } while (cursor !== undefined);
}

/** Returns the ids of the blocked actions of a tenant, in pages of up to 500. */
export async function* blockedActions(
  parts: TenancyParts,
  tenantId: string,
): AsyncGenerator<{ readonly domain: string; readonly actionIds: readonly string[] }> {
  for await (const keys of keysOfTenant(parts, tenantId)) {
    for (const { key, domain } of keys.filter((each) => each.isSequence)) {
      // The first member leads, and is not blocked.
      let first = 1;
      let actionIds: string[];
      do {
        try {
          actionIds = await parts.redis.command().zrange(key, first, first + 499);
        } catch (error) {
          throw asRedisUnavailable(error, `list the sequences of tenant "${tenantId}"`);
        }
        if (actionIds.length > 0) yield { domain, actionIds };
        first += 500;
      } while (actionIds.length === 500);
    }
  }
}
