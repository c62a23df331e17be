import { assertTenantId, type DomainAction } from '@nooble/models';
import { LISTED_STATES } from '../protocol/operations/tenant-list.ts';
import { listSchedules, type Schedule } from '../scheduling/stored-schedules.ts';
import type { HistoryEnding } from '../protocol/operations/endings-read.ts';
import { findAction } from '../inspection/stored-actions.ts';
import type { ActionSnapshot } from '../inspection/snapshot.ts';
import { listedActions } from './actions-of.ts';
import { partsOf, type TenancyParts, type TenancyTarget } from './parts.ts';
import { tenantEndings } from './tenant-endings.ts';
import { domainsOf, keysOfTenant } from './tenant-keys.ts';

/** A record of the data of a tenant in Redis. */
export type ExportedRecord =
  | { readonly kind: 'action'; readonly value: ActionSnapshot & { readonly action?: DomainAction } }
  | { readonly kind: 'schedule'; readonly value: Schedule }
  | { readonly kind: 'ending'; readonly value: ActionSnapshot }
  | { readonly kind: 'unrecorded'; readonly value: HistoryEnding };

/**
 * Returns the data of a tenant in all domains: its actions in every state, schedules, kept endings, and endings that no recorder
 * has stored (`unrecorded`), page by page. An action that changes its state meanwhile may be missing or appear twice. Lists the
 * keys of the whole server (`SCAN`). Throws InvalidActionError for an invalid id, and RedisUnavailableError.
 */
export async function* exportTenantQueues(
  target: TenancyTarget,
  tenantId: string,
): AsyncGenerator<ExportedRecord> {
  assertTenantId(tenantId);
  const parts = partsOf(target);
  for (const domain of await domainsOf(parts)) yield* exportDomain(parts, domain, tenantId);
  yield* exportEndings(parts, tenantId);
}

async function* exportDomain(
  parts: TenancyParts,
  domain: string,
  tenantId: string,
): AsyncGenerator<ExportedRecord> {
  for (const state of LISTED_STATES) {
    for await (const page of listedActions(parts, { domain, tenantId }, state))
      for (const value of page) yield { kind: 'action', value };
  }
  const schedules = await listSchedules(parts, domain, tenantId);
  for (const value of schedules) yield { kind: 'schedule', value };
  for await (const { endings } of tenantEndings(parts, { domain, tenantId }, 'read'))
    for (const value of endings) yield { kind: 'unrecorded', value };
}

async function* exportEndings(
  parts: TenancyParts,
  tenantId: string,
): AsyncGenerator<ExportedRecord> {
  for await (const keys of keysOfTenant(parts, tenantId)) {
    for (const { domain, ended } of keys) {
      if (ended?.in !== 'kept') continue;
      const value = await findAction(parts, { domain, actionId: ended.actionId, tenantId });
      if (value) yield { kind: 'ending', value };
    }
  }
}
