import type { NoobleError } from '@nooble/errors';
import { domainOf, sealAction, type DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { itemOf } from './admission-item.ts';
import { assertCallback } from './callback-check.ts';
import type { Admissions } from './admissions.ts';
import { checkEntry, lookUpTenant, type TenantDirectory, type TenantEntry } from './directory.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import type { Parent } from './child-register.ts';
import { inherit, inheritDeadline, type Sent } from './inherit.ts';
import type { Observers } from './observers.ts';
import { assertNotBehind } from './own-sequence.ts';
import type { Policies } from './policies.ts';
import { NO_SEQUENCE } from './sequence.ts';
import { checkServer } from '../protocol/server-check.ts';
import { resultOf, type Receipt } from './receipt.ts';

/** Dependencies of admission. */
export interface AdmissionParts {
  readonly redis: RedisPool;
  readonly policies: Policies;
  readonly directory: TenantDirectory | undefined;
  readonly admissions: Admissions;
  /** Maximum size of an envelope (bytes). */
  readonly maxPayloadBytes: number;
  readonly onWarning: (warning: string) => void;
  readonly observers: Observers;
}

/** Options of one admission. */
export interface AdmitOptions {
  readonly options?: EnqueueOptions | undefined;
  /** The action that sends it, if any. */
  readonly parent?: Parent | undefined;
  /** Entry of its tenant in the directory, if it has already been looked up. */
  readonly entry?: TenantEntry | undefined;
  /** True within its observers. @default false */
  readonly isObserved?: boolean;
}

/** Checks an action, resolves its tenant and admits it. Returns the reason if it was refused; throws for a malformed action. */
export async function admitAction(
  parts: AdmissionParts,
  given: DomainAction,
  { options: wanted, parent, entry, isObserved = false }: AdmitOptions,
): Promise<Receipt | NoobleError> {
  const { redis, policies, directory, admissions, maxPayloadBytes, onWarning, observers } = parts;
  const { action, options } = sentBy(parent, { action: sealAction(given), options: wanted });
  if (!isObserved && observers.observeAdmission) {
    const again = { options, parent, entry, isObserved: true };
    return observers.admit(action, async (observed) => admitAction(parts, observed, again));
  }
  assertCallback(action);
  assertNotBehind(parent, action);
  const domain = domainOf(action.actionType);
  // Without a directory nothing is awaited.
  const tenant = directory ? await tenantIn(directory, action, entry) : { tier: action.tenantTier };
  const policy = policies.admission(domain, tenant);
  checkServer(redis, onWarning);
  const item = itemOf(action, { policy, options, maxPayloadBytes });
  const admit = async () => admissions.admit(domain, item);
  const { actionId, tenantId } = action;
  const children = parent?.running?.children;
  const verdict = children
    ? await children.send({ domain, actionId }, tenantId, admit)
    : await admit();
  return resultOf(action, domain, verdict);
}

/** An action that may be sent later. */
export interface CheckedAction extends Sent {
  readonly domain: string;
  /** Hash of its sequence, unique for its tenant and domain. Absent without one. */
  readonly sequence?: string;
}

/** Checks an action, its options and its tenant, as `admitAction` does before it calls Redis. Throws if they are refused. */
export async function checkAction(
  parts: Omit<AdmissionParts, 'admissions' | 'onWarning' | 'redis'>,
  given: DomainAction,
  { options: wanted, parent, entry }: AdmitOptions,
): Promise<CheckedAction> {
  const { action, options } = sentBy(parent, { action: sealAction(given), options: wanted });
  assertCallback(action);
  const domain = domainOf(action.actionType);
  const { policies, directory, maxPayloadBytes } = parts;
  const tenant = directory ? await tenantIn(directory, action, entry) : { tier: action.tenantTier };
  const policy = policies.admission(domain, tenant);
  const { sequenceHash } = itemOf(action, { policy, options, maxPayloadBytes });
  return {
    action,
    options,
    domain,
    ...(sequenceHash !== NO_SEQUENCE && { sequence: sequenceHash }),
  };
}

function sentBy(parent: Parent | undefined, sent: Sent): Sent {
  if (!parent) return sent;
  const child = { ...sent, action: inherit(sent.action, parent.action) };
  return parent.running ? inheritDeadline(child, parent.running.facts) : child;
}

async function tenantIn(
  directory: TenantDirectory,
  action: DomainAction,
  known: TenantEntry | undefined,
): Promise<TenantEntry> {
  const entry = known ?? (await lookUpTenant(action.tenantId, directory));
  checkEntry(action, entry);
  return entry;
}
