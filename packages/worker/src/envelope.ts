import { InvalidActionError } from '@nooble/errors';
import { decodeAction, domainOf, type DomainAction } from '@nooble/models';
import type { ClaimedAction } from '@nooble/queue';

/**
 * Decodes a claimed envelope and checks that it is the action its lease says. Throws InvalidActionError.
 * The lease is what admission decided; an envelope that disagrees could charge or answer another tenant.
 */
export function readEnvelope(claimed: ClaimedAction, domain: string): DomainAction {
  const action = decodeAction(claimed.envelope);
  const { lease } = claimed;
  const pairs = [
    { name: 'action_id', said: action.actionId, is: lease.actionId },
    { name: 'tenant_id', said: action.tenantId, is: lease.tenantId },
    { name: 'tenant_tier', said: action.tenantTier, is: lease.tier },
    { name: 'domain', said: domainOf(action.actionType), is: domain },
  ];
  const wrong = pairs.find((pair) => pair.said !== pair.is);
  if (wrong) {
    throw new InvalidActionError({
      actionId: lease.actionId,
      reason: `its envelope says ${wrong.name} "${wrong.said}" but it was admitted as "${wrong.is}"`,
    });
  }
  return action;
}
