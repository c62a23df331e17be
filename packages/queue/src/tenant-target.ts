import { InvalidActionError, quoted, TenantMismatchError } from '@nooble/errors';
import { assertTenantId, childFields, isTier, TIERS } from '@nooble/models';
import type { ActionInput, DomainAction, Tier } from '@nooble/models';

/** The tenant to send for. */
export interface TenantTarget {
  readonly tenantId: string;
  /** Optional if the manager has a directory, which knows it. */
  readonly tenantTier?: Tier;
}

/** Fields that every action of this sender carries, including its tenant. */
export type SenderFields = TenantTarget & Partial<Omit<ActionInput, 'data'>>;

/** Checks the tenant, and adds the fields that an action passes to its children. */
export function senderFields(
  target: TenantTarget | undefined,
  parent: DomainAction | undefined,
  hasDirectory: boolean,
): SenderFields {
  const inherited = parent && childFields(parent);
  const tenant = target ?? inherited;
  if (typeof tenant !== 'object') {
    const reason = `tenant ${quoted(target)} is not an object with a tenantId: there is no tenant to send for`;
    throw new InvalidActionError({ reason });
  }
  const { tenantId, tenantTier = inherited?.tenantTier } = tenant;
  assertTenantId(tenantId);
  if (parent) assertOwn(parent, { tenantId, tenantTier });
  if (tenantTier === undefined && hasDirectory) return { ...inherited, tenantId };
  assertTier(tenantId, tenantTier);
  return { ...inherited, tenantId, tenantTier };
}

/** A handler sends for the tenant of its action, in its tier. */
function assertOwn(
  parent: DomainAction,
  { tenantId, tenantTier }: { tenantId: string; tenantTier: Tier | undefined },
): void {
  const refuse = (reason: string): never => {
    throw new TenantMismatchError({ tenantId: parent.tenantId, reason });
  };
  if (tenantId !== parent.tenantId) refuse(`it cannot send for tenant "${tenantId}"`);
  if (tenantTier !== parent.tenantTier) {
    refuse(`its tier is "${parent.tenantTier}", not ${quoted(tenantTier)}`);
  }
}

function assertTier(tenantId: string, tier: unknown): asserts tier is Tier {
  if (isTier(tier)) return;
  const reason =
    tier === undefined
      ? `the tier of tenant "${tenantId}" is missing, and there is no directory to look it up`
      : `tier ${quoted(tier)} is unknown: expected one of ${TIERS.join(', ')}`;
  throw new InvalidActionError({ reason });
}
