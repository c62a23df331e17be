import { TenantMismatchError } from '@nooble/errors';
import { assertDomain, assertTenantId, type DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { TenantDirectory } from '../admission/directory.ts';
import type { Policies } from '../admission/policies.ts';
import type { ActionRef } from '../admission/receipt.ts';
import type { DomainStats } from '../protocol/operations/stats.ts';
import type { CallRings } from '../protocol/call-ring.ts';
import type { DomainKeyspaces, Partitions } from '../protocol/partitions.ts';
import { domainStats } from './domain-stats.ts';
import type { ActionSnapshot } from './snapshot.ts';
import { findAction, ownRef } from './stored-actions.ts';
import { explainAction } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { listActions, type ActionPage, type ListOptions } from './tenant-list.ts';
import { tenantStats, type TenantStats, type TenantStatsOptions } from './tenant-stats.ts';
import { listWorkers, type WorkerEntry } from './worker-list.ts';

/** Functions of a manager that look at a domain without changing it. All throw RedisUnavailableError. */
export interface Looks {
  /**
   * Returns the state of an action; undefined if the domain does not know it, or no longer does, or it belongs to another
   * tenant.
   */
  get(this: void, ref: ActionRef): Promise<ActionSnapshot | undefined>;
  /** Returns the statistics of a domain, at a cost that does not grow with its tenants. */
  stats(this: void, domain: string): Promise<DomainStats>;
  /**
   * Explains where an action is and why it waits, in one call of bounded cost. An action of another tenant is `unknown`, as
   * is one that has ended without being kept.
   */
  explain(this: void, ref: ActionRef): Promise<Explanation>;
  /** Returns the live workers of a domain. A worker that died is listed for up to 15 s. */
  workers(this: void, domain: string): Promise<WorkerEntry[]>;
  /**
   * Returns the statistics of one tenant, at a cost that does not grow with its actions. A manager that acts for one tenant
   * throws TenantMismatchError for another.
   */
  tenantStats(
    this: void,
    domain: string,
    tenantId: string,
    options?: TenantStatsOptions,
  ): Promise<TenantStats>;
  /**
   * Returns one page of the actions of a tenant in one state, and a cursor unless it is the last page. A call examines up to
   * 1,000 entries and returns up to 4 MiB, so that a page may be short or empty and have a cursor. An action that keeps its
   * state and its place during the listing is listed once; one that moves meanwhile may be missing or listed twice. Throws
   * RangeError for invalid options. A manager that acts for one tenant throws TenantMismatchError for another.
   */
  list(this: void, options: ListOptions): Promise<ActionPage>;
}

/** Dependencies of the functions. */
export interface LooksParts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
  readonly rings: CallRings;
  readonly policies: Policies;
  readonly directory: TenantDirectory | undefined;
}

/** `actsFor` is the action whose tenant limits what is visible. */
export function looksOf(parts: LooksParts, actsFor: DomainAction | undefined): Looks {
  const own = (tenantId: string): void => {
    assertTenantId(tenantId);
    if (actsFor === undefined || actsFor.tenantId === tenantId) return;
    const reason = `it cannot look at tenant "${tenantId}"`;
    throw new TenantMismatchError({ tenantId: actsFor.tenantId, reason });
  };
  const keyspacesIn = async (domain: string): Promise<DomainKeyspaces> => {
    assertDomain(domain);
    return parts.partitions.lookAgain(domain);
  };
  return {
    get: async (ref) => findAction(parts, ownRef(ref, actsFor)),
    stats: async (domain) => domainStats(parts.redis, domain, await keyspacesIn(domain)),
    explain: async (ref) => explainAction(parts, ownRef(ref, actsFor)),
    workers: async (domain) => listWorkers(parts.redis, domain, await keyspacesIn(domain)),
    tenantStats: async (domain, tenantId, options) => {
      assertDomain(domain);
      own(tenantId);
      return tenantStats(parts, { domain, tenantId, options });
    },
    list: async (options) => listActions(parts, options, own),
  };
}
