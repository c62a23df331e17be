import { InvalidActionError, quoted } from '@nooble/errors';

/**
 * The names that become parts of Redis keys and queue names. None admits `:`, `{`, `}` or `*`,
 * so no name can reach a neighbour's key.
 */
export const NAME_PATTERNS = {
  domain: /^[a-z][a-z0-9_-]{0,62}$/,
  actionType: /^[a-z][a-z0-9_-]{0,62}\.[a-z0-9_-]+(\.[a-z0-9_-]+)*$/,
  tenantId: /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/,
  actionId: /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
} as const;

/** Characters of an action type, at most. */
export const MAX_TYPE_LENGTH = 200;

/** Whether a value may name a domain, as in `embedding`. */
export function isDomain(value: unknown): value is string {
  return typeof value === 'string' && NAME_PATTERNS.domain.test(value);
}

/** Whether a value may name a tenant, as in `tenant123`. */
export function isTenantId(value: unknown): value is string {
  return typeof value === 'string' && NAME_PATTERNS.tenantId.test(value);
}

/** Whether a value may name a type of action, as in `embedding.generate`. */
export function isActionType(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_TYPE_LENGTH) return false;
  return NAME_PATTERNS.actionType.test(value);
}

/** Whether a value may name an action. */
export function isActionId(value: unknown): value is string {
  return typeof value === 'string' && NAME_PATTERNS.actionId.test(value);
}

/** Throws InvalidActionError unless the value may name a domain. */
export function assertDomain(value: unknown): asserts value is string {
  if (!isDomain(value)) refuse('domain', value, NAME_PATTERNS.domain);
}

/** Throws InvalidActionError unless the value may name a tenant. */
export function assertTenantId(value: unknown): asserts value is string {
  if (!isTenantId(value)) refuse('tenant id', value, NAME_PATTERNS.tenantId);
}

/** Throws InvalidActionError unless the value may name a type of action. */
export function assertActionType(value: unknown): asserts value is string {
  if (!isActionType(value)) refuse('action type', value, NAME_PATTERNS.actionType);
}

/** Throws InvalidActionError unless the value may name an action. */
export function assertActionId(value: unknown): asserts value is string {
  if (!isActionId(value)) refuse('action id', value, NAME_PATTERNS.actionId);
}

/** The domain an action type belongs to: the part before its first dot. Throws InvalidActionError. */
export function domainOf(actionType: string): string {
  assertActionType(actionType);
  return actionType.slice(0, actionType.indexOf('.'));
}

function refuse(what: string, value: unknown, pattern: RegExp): never {
  throw new InvalidActionError({
    reason: `${quoted(value)} is not a valid ${what}, which matches ${pattern.source}`,
  });
}
