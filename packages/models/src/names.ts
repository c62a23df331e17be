import { InvalidActionError, quoted } from '@nooble/errors';

/**
 * Names that become part of Redis keys and queue names. They cannot contain `:`, `{`, `}` or `*`, so no name can address
 * the key of another tenant or domain.
 */
export const NAME_PATTERNS = {
  domain: /^[a-z][a-z0-9_-]{0,62}$/,
  actionType: /^[a-z][a-z0-9_-]{0,62}\.[a-z0-9_-]+(\.[a-z0-9_-]+)*$/,
  tenantId: /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/,
  actionId: /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
  stepName: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
} as const;

/** Maximum length of an action type (characters). */
export const MAX_TYPE_LENGTH = 200;

/** Returns true for a valid domain name, for example `embedding`. */
export function isDomain(value: unknown): value is string {
  return typeof value === 'string' && NAME_PATTERNS.domain.test(value);
}

/** Returns true for a valid tenant id, for example `tenant123`. */
export function isTenantId(value: unknown): value is string {
  return typeof value === 'string' && NAME_PATTERNS.tenantId.test(value);
}

/** Returns true for a valid action type, for example `embedding.generate`. */
export function isActionType(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_TYPE_LENGTH) return false;
  return NAME_PATTERNS.actionType.test(value);
}

/** Returns true for a valid name in a journal, for example `embed-1`. */
export function isStepName(value: unknown): value is string {
  return typeof value === 'string' && NAME_PATTERNS.stepName.test(value);
}

/** Returns true for a valid action id. */
export function isActionId(value: unknown): value is string {
  return typeof value === 'string' && NAME_PATTERNS.actionId.test(value);
}

/** Throws InvalidActionError unless the value is a valid domain name. */
export function assertDomain(value: unknown): asserts value is string {
  if (!isDomain(value)) refuse('domain', value, NAME_PATTERNS.domain);
}

/** Throws InvalidActionError unless the value is a valid tenant id. */
export function assertTenantId(value: unknown): asserts value is string {
  if (!isTenantId(value)) refuse('tenant id', value, NAME_PATTERNS.tenantId);
}

/** Throws InvalidActionError unless the value is a valid action type. */
export function assertActionType(value: unknown): asserts value is string {
  if (!isActionType(value)) refuse('action type', value, NAME_PATTERNS.actionType);
}

/** Throws InvalidActionError unless the value is a valid name in a journal. */
export function assertStepName(value: unknown): asserts value is string {
  if (!isStepName(value)) refuse('name in a journal', value, NAME_PATTERNS.stepName);
}

/** Throws InvalidActionError unless the value is a valid action id. */
export function assertActionId(value: unknown): asserts value is string {
  if (!isActionId(value)) refuse('action id', value, NAME_PATTERNS.actionId);
}

/** Returns the domain of an action type: the part before its first dot. Throws InvalidActionError. */
export function domainOf(actionType: string): string {
  assertActionType(actionType);
  return actionType.slice(0, actionType.indexOf('.'));
}

function refuse(what: string, value: unknown, pattern: RegExp): never {
  throw new InvalidActionError({
    reason: `${quoted(value)} is not a valid ${what}: expected a match of ${pattern.source}`,
  });
}

/** Returns a pattern without its anchors, for use in a larger pattern. */
export function bare({ source }: RegExp): string {
  return source.slice(1, -1);
}
