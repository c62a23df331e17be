import { InvalidActionError } from '@nooble/errors';
import { decodeAction, domainOf, type DomainAction } from '@nooble/models';
import type { ClaimedAction, Lease } from '@nooble/queue';

/**
 * Decodes a claimed envelope and checks that it matches its lease. Throws InvalidActionError. The lease records what was
 * admitted; a different envelope could charge or notify another tenant.
 */
export function readEnvelope({ envelope, lease }: ClaimedAction, domain: string): DomainAction {
  const action = decodeAction(envelope);
  const wrong = disagreement(action, lease, domain);
  if (!wrong) return action;
  throw new InvalidActionError({
    actionId: lease.actionId,
    reason: `its envelope says ${wrong.name} "${wrong.said}" but it was admitted as "${wrong.is}"`,
  });
}

interface Disagreement {
  readonly name: string;
  readonly said: string;
  readonly is: string;
}

function disagreement(
  { actionId, actionType, tenantId, tenantTier }: DomainAction,
  lease: Lease,
  domain: string,
): Disagreement | undefined {
  if (actionId !== lease.actionId) return { name: 'action_id', said: actionId, is: lease.actionId };
  if (tenantId !== lease.tenantId) return { name: 'tenant_id', said: tenantId, is: lease.tenantId };
  if (tenantTier !== lease.tier) return { name: 'tenant_tier', said: tenantTier, is: lease.tier };
  if (actionType.startsWith(`${domain}.`)) return undefined;
  return { name: 'domain', said: domainOf(actionType), is: domain };
}
