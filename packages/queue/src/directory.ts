import { TenantMismatchError } from '@nooble/errors';
import type { DomainAction, Tier } from '@nooble/models';
import type { AdmissionPolicy } from './operations/enqueue.ts';

/** Limits of one tenant that differ from those of its tier. */
export type TenantLimits = Partial<Omit<AdmissionPolicy, 'weight'>>;

/** What a directory knows of a tenant. */
export interface TenantEntry {
  readonly tier: Tier;
  /** Share among the tenants of its tier, from 0.001 to 1000. @default 1 */
  readonly weight?: number;
  readonly limits?: TenantLimits;
  /** Refuses everything new. @default false */
  readonly suspended?: boolean;
}

/** Says who a tenant is; the tier in a message is only a claim. Asked at every admission: cache as you see fit. */
export interface TenantDirectory {
  /** Undefined for a tenant it does not know. */
  resolve(tenantId: string): Promise<TenantEntry | undefined> | TenantEntry | undefined;
}

/** The entry of the action's tenant. Throws TenantMismatchError for one that is unknown, suspended or of another tier. */
export async function resolveTenant(
  { tenantId, tenantTier }: DomainAction,
  directory: TenantDirectory | undefined,
): Promise<TenantEntry> {
  if (!directory) return { tier: tenantTier };
  const entry = await directory.resolve(tenantId);
  const refuse = (reason: string): never => {
    throw new TenantMismatchError({ tenantId, reason });
  };
  if (!entry) return refuse('the tenant directory does not know it');
  if (entry.suspended === true) return refuse('it is suspended');
  if (entry.tier !== tenantTier) refuse(`its tier is "${entry.tier}", not "${tenantTier}"`);
  assertNumbers(tenantId, entry);
  return entry;
}

/** A script must never meet a number that is none. */
function assertNumbers(tenantId: string, { weight = 1, limits = {} }: TenantEntry): void {
  const { onLimit = 'reject', ...numbers } = limits;
  const facts = { weight, onLimit, ...numbers };
  const wrong = Object.entries(facts).find(([name, value]) => !(CHECKS[name]?.(value) ?? true));
  if (!wrong) return;
  const [name, value] = wrong;
  throw new RangeError(
    `Invalid ${name} "${value}" of tenant "${tenantId}" in the tenant directory`,
  );
}

const isLimit =
  (least: number) =>
  (value: unknown): boolean =>
    (value ?? null) === null || (Number.isSafeInteger(value) && Number(value) >= least);

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  weight: (value) => Number(value) >= 1e-3 && Number(value) <= 1e3,
  onLimit: (value) => value === 'reject' || value === 'delay',
  perMinute: isLimit(0),
  perDay: isLimit(0),
  maxDepth: isLimit(0),
  maxActive: isLimit(1),
};
