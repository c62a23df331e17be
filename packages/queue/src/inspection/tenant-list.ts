import { checkOption, readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { assertDomain, isoOf, type Tier } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { ask } from '../protocol/calling.ts';
import {
  LISTED_STATES,
  readList,
  tenantListCall,
  type ListedEntry,
  type ListedState,
} from '../protocol/operations/tenant-list.ts';
import type { Partitions } from '../protocol/partitions.ts';
import { cursorOf, positionOf } from './list-cursor.ts';
import { snapshotOf, type ActionSnapshot } from './snapshot.ts';

/** Options of `list`. */
export interface ListOptions {
  readonly domain: string;
  readonly tenantId: string;
  /** `blocked` lists the waiting actions that are in no queue, because they wait behind another one of their sequence. */
  readonly state: ListedState;
  /** Maximum number of actions of a page, from 1 to 500. @default 100 */
  readonly limit?: number;
  /** Cursor of the previous page, for the same tenant and state. @default the first page */
  readonly cursor?: string | undefined;
}

/** An action of a list. */
export interface ListedAction extends ActionSnapshot {
  readonly tier: Tier;
  /** Time since which a waiting action is in its queue, or at which it was claimed (ISO 8601 UTC). */
  readonly since?: string;
}

/** One page of a list. */
export interface ActionPage {
  /** Waiting actions in the order of their queue; blocked ones in that of their admission; delayed ones by due time; active ones by lease; dead ones oldest first. */
  readonly actions: readonly ListedAction[];
  /** Absent after the last page. */
  readonly cursor?: string;
}

const STATE = rule.oneOf(...LISTED_STATES);

const CHECK: OptionsCheck<ListOptions> = {
  of: 'list',
  rules: {
    domain: rule.anything,
    tenantId: rule.anything,
    state: STATE,
    limit: rule.whole(1, 500),
    cursor: { isValid: (value) => typeof value === 'string', expected: 'a cursor of list' },
  },
};

interface Parts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
}

/** `assertVisible` throws for a tenant that the caller must not see, and for an invalid name. */
export async function listActions(
  { redis, partitions }: Parts,
  given: ListOptions,
  assertVisible: (tenantId: string) => void,
): Promise<ActionPage> {
  const { domain, tenantId, state, limit = 100, cursor } = readOptions(given, CHECK);
  checkOption('state', state, STATE);
  assertDomain(domain);
  assertVisible(tenantId);
  const position = positionOf(state, cursor);
  const keyspace = (await partitions.lookAgain(domain)).of(tenantId);
  const call = tenantListCall(keyspace, { tenantId, state, limit, position });
  const attempted = `list actions of tenant "${tenantId}" in domain "${domain}"`;
  const { entries, next } = readList(state, await ask(redis, call, attempted));
  return {
    actions: entries.map((entry) => listedOf(domain, entry)),
    ...(next && { cursor: cursorOf(state, next) }),
  };
}

function listedOf(
  domain: string,
  { actionId, tier, sinceUs, inspection }: ListedEntry,
): ListedAction {
  return {
    ...snapshotOf({ domain, actionId }, inspection),
    tier,
    ...(sinceUs !== undefined && { since: isoOf(Math.floor(sinceUs / 1_000)) }),
  };
}
