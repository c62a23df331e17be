import {
  isNoobleError,
  problemOf,
  readKnown,
  rule,
  TenantDirectoryError,
  TenantMismatchError,
  type OptionRule,
  type OptionRules,
} from '@nooble/errors';
import { POLICY_RULES, TIERS, type DomainAction, type Tier } from '@nooble/models';
import type { AdmissionPolicy } from '../protocol/admission.ts';

/** Limits of one tenant that differ from those of its tier. */
export type TenantLimits = Partial<Omit<AdmissionPolicy, 'weight'>>;

/** Entry of a tenant in the directory. */
export interface TenantEntry {
  readonly tier: Tier;
  /** Share among the tenants of its tier, from 0.001 to 1000. @default 1 */
  readonly weight?: number;
  readonly limits?: TenantLimits;
  /** Refuses all new actions. @default false */
  readonly suspended?: boolean;
}

/** Source of truth for tenants: the tier in a message is only a claim. Called at every admission, so cache where needed. */
export interface TenantDirectory {
  /** Returns undefined for an unknown tenant. */
  resolve(tenantId: string): Promise<TenantEntry | undefined> | TenantEntry | undefined;
}

/**
 * Returns the entry of a tenant, each field checked. Throws TenantMismatchError for a tenant that the directory does not
 * know, and TenantDirectoryError for an invalid entry.
 */
export async function lookUpTenant(
  tenantId: string,
  directory: TenantDirectory,
): Promise<TenantEntry> {
  const entry = await lookUp(tenantId, directory);
  if (entry) return entry;
  throw new TenantMismatchError({ tenantId, reason: 'the tenant directory does not know it' });
}

/** Throws TenantMismatchError if the tenant is suspended, or its tier differs from the one in the action. */
export function checkEntry(
  { tenantId, tenantTier }: Pick<DomainAction, 'tenantId' | 'tenantTier'>,
  entry: TenantEntry,
): void {
  const refuse = (reason: string): never => {
    throw new TenantMismatchError({ tenantId, reason });
  };
  if (entry.suspended === true) refuse('it is suspended');
  if (entry.tier !== tenantTier) refuse(`its tier is "${entry.tier}", not "${tenantTier}"`);
}

async function lookUp(
  tenantId: string,
  directory: TenantDirectory,
): Promise<TenantEntry | undefined> {
  try {
    const given: unknown = await directory.resolve(tenantId);
    return given === undefined || given === null ? undefined : checkTenantEntry(given);
  } catch (cause) {
    if (isNoobleError(cause)) throw cause;
    if (!(cause instanceof InvalidEntry))
      throw new TenantDirectoryError({ tenantId, reason: 'failed', cause });
    const reason = `returned an invalid entry: ${cause.message}`;
    throw new TenantDirectoryError({ tenantId, reason });
  }
}

const OBJECT: OptionRule = { isValid: isObject, expected: 'an object' };
const ENTRY_RULES: OptionRules<TenantEntry> = {
  tier: rule.oneOf(...TIERS),
  weight: POLICY_RULES.weight,
  limits: OBJECT,
  suspended: rule.boolean,
};
const LIMIT_RULES: OptionRules<TenantLimits> = {
  perMinute: POLICY_RULES.perMinute,
  perDay: POLICY_RULES.perDay,
  maxDepth: POLICY_RULES.maxDepth,
  onLimit: POLICY_RULES.onLimit,
  maxActive: POLICY_RULES.maxActive,
};

/**
 * Returns a copy of an entry, each field read once: scripts must never receive NaN. Ignores unknown fields, because an entry may
 * be a row of a database. Throws RangeError with all wrong fields.
 */
export function checkTenantEntry(given: unknown): TenantEntry {
  if (!isObject(given)) throw new InvalidEntry(problemOf('entry', given, OBJECT));
  const { options: entry, problems } = readKnown(given as unknown as TenantEntry, ENTRY_RULES);
  if (!('tier' in entry)) problems.push(problemOf('tier', undefined, ENTRY_RULES.tier));
  const limits = entry.limits && readKnown(entry.limits, LIMIT_RULES, 'limits.');
  if (limits) problems.push(...limits.problems);
  if (problems.length > 0) throw new InvalidEntry(problems.join('; '));
  return limits ? { ...entry, limits: limits.options } : entry;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Its message describes what is wrong with an entry. */
class InvalidEntry extends RangeError {}
