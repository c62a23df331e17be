import type { NoobleError } from '@nooble/errors';
import { domainOf, sealAction, type DomainAction } from '@nooble/models';
import { itemOf } from './admission-item.ts';
import { assertCallback } from './callback.ts';
import { checkEntry, lookUpTenant, type TenantEntry } from './directory.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import { inherit } from './inherit.ts';
import type { QueueManagerParts } from './manager-options.ts';
import { checkServer } from './server-check.ts';
import { outcomeOf, type Receipt } from './verdict.ts';

/** How an action is admitted. */
export interface AdmitOptions {
  readonly options?: EnqueueOptions | undefined;
  /** The action that sends it. */
  readonly parent?: DomainAction | undefined;
  /** What the directory says of its tenant, where it was asked already. */
  readonly entry?: TenantEntry | undefined;
}

/** Checks an action, resolves its tenant and admits it. Returns why it was refused; throws for a malformed one. */
export async function admitAction(
  parts: QueueManagerParts,
  given: DomainAction,
  { options, parent, entry }: AdmitOptions,
): Promise<Receipt | NoobleError> {
  const { redis, policies, admissions, maxPayloadBytes, onWarning } = parts;
  const sealed = sealAction(given);
  const action = parent ? inherit(sealed, parent) : sealed;
  assertCallback(action);
  const domain = domainOf(action.actionType);
  const tenant = await tenantOf(parts, action, entry);
  const policy = policies.admission(domain, tenant);
  checkServer(redis, onWarning);
  const item = itemOf(action, { policy, options, maxPayloadBytes });
  return outcomeOf(action, domain, await admissions.admit(domain, item));
}

async function tenantOf(
  { directory }: QueueManagerParts,
  action: DomainAction,
  known: TenantEntry | undefined,
): Promise<TenantEntry> {
  if (!directory) return { tier: action.tenantTier };
  const entry = known ?? (await lookUpTenant(action.tenantId, directory));
  checkEntry(action, entry);
  return entry;
}
