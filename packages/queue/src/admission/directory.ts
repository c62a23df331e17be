import { isNoobleError, quoted, TenantDirectoryError, TenantMismatchError } from '@nooble/errors';
import { expectedOf, isTier, TIERS } from '@nooble/models';
import type { DomainAction, PolicyField, Tier } from '@nooble/models';
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
export function checkEntry({ tenantId, tenantTier }: DomainAction, entry: TenantEntry): void {
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
    return given === undefined || given === null ? undefined : checkedEntry(given);
  } catch (cause) {
    if (isNoobleError(cause)) throw cause;
    if (!(cause instanceof Misfit))
      throw new TenantDirectoryError({ tenantId, reason: 'failed', cause });
    throw new TenantDirectoryError({ tenantId, reason: `returned ${cause.message}` });
  }
}

/** Returns a copy, each field read once: scripts must never receive NaN. */
function checkedEntry(given: unknown): TenantEntry {
  if (!isObject(given)) throw new Misfit('entry', given, 'an object');
  const { tier, weight, limits, suspended } = given;
  if (!isTier(tier)) throw new Misfit('tier', tier, `one of ${TIERS.join(', ')}`);
  if (suspended !== undefined && typeof suspended !== 'boolean')
    throw new Misfit('suspended', suspended, 'true or false');
  if (weight !== undefined) assertFits('weight', weight);
  return {
    tier,
    ...(weight !== undefined && { weight: weight as number }),
    ...(limits !== undefined && { limits: checkedLimits(limits) }),
    ...(suspended !== undefined && { suspended }),
  };
}

const LIMITS = ['perMinute', 'perDay', 'maxDepth', 'onLimit', 'maxActive'] as const;

function checkedLimits(given: unknown): TenantLimits {
  if (!isObject(given)) throw new Misfit('limits', given, 'an object');
  const limits = LIMITS.map((field) => [field, given[field]] as const);
  const stated = limits.filter(([, value]) => value !== undefined);
  for (const [field, value] of stated) assertFits(field, value);
  return Object.fromEntries(stated) as TenantLimits;
}

function assertFits(field: PolicyField, value: unknown): void {
  const expected = expectedOf(field, value);
  if (expected !== undefined) throw new Misfit(field, value, expected);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An invalid field of an entry. */
class Misfit extends Error {
  constructor(field: string, value: unknown, expected: string) {
    super(`${field} ${quoted(value)}: expected ${expected}`);
  }
}
