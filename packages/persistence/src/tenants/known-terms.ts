import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import type { TenantLimits } from '@nooble/queue';
import type { Plan, Tenant } from './terms.ts';

const { anything } = rule;

// Only the names: the values are checked with the entry of the directory that they become.
const PLAN: OptionsCheck<Plan> = {
  of: 'a plan',
  rules: { name: anything, tier: anything, weight: anything, limits: rule.object },
};
const TENANT: OptionsCheck<Tenant> = {
  of: 'a tenant',
  rules: {
    tenantId: anything,
    plan: anything,
    weight: anything,
    limits: rule.object,
    suspended: rule.boolean,
  },
};
const LIMITS: OptionsCheck<TenantLimits> = {
  of: 'limits',
  rules: {
    perMinute: anything,
    perDay: anything,
    maxDepth: anything,
    onLimit: anything,
    maxActive: anything,
  },
};

/** Returns the plan. Throws RangeError for names that no plan has: a misspelt limit would not limit. */
export function knownPlan(given: Plan): Plan {
  const plan = readOptions(given, PLAN);
  if (plan.limits) readOptions(plan.limits, LIMITS);
  return plan;
}

/** Returns the tenant. Throws RangeError for names that no tenant has. */
export function knownTenant(given: Tenant): Tenant {
  const tenant = readOptions(given, TENANT);
  if (tenant.limits) readOptions(tenant.limits, LIMITS);
  return tenant;
}
