import type { NoobleError } from '@nooble/errors';
import { domainOf, sealAction, type DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { itemOf } from './admission-item.ts';
import { assertCallback } from './callback-check.ts';
import type { Admissions } from './admissions.ts';
import { checkEntry, lookUpTenant, type TenantDirectory, type TenantEntry } from './directory.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import { inherit } from './inherit.ts';
import type { Policies } from './policies.ts';
import { checkServer } from '../protocol/server-check.ts';
import { resultOf, type Receipt } from './receipt.ts';

/** What admits the actions of a manager. */
export interface AdmissionParts {
  readonly redis: RedisPool;
  readonly policies: Policies;
  readonly directory: TenantDirectory | undefined;
  readonly admissions: Admissions;
  /** Largest envelope, bytes. */
  readonly maxPayloadBytes: number;
  readonly onWarning: (warning: string) => void;
}

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
  parts: AdmissionParts,
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
  return resultOf(action, domain, await admissions.admit(domain, item));
}

async function tenantOf(
  { directory }: AdmissionParts,
  action: DomainAction,
  known: TenantEntry | undefined,
): Promise<TenantEntry> {
  if (!directory) return { tier: action.tenantTier };
  const entry = known ?? (await lookUpTenant(action.tenantId, directory));
  checkEntry(action, entry);
  return entry;
}
