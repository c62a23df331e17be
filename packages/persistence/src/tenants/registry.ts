import { problemOf, readOptions, rule, type OptionRule, type OptionsCheck } from '@nooble/errors';
import { assertTenantId, isTenantId, type Tier } from '@nooble/models';
import { checkTenantEntry, type TenantLimits } from '@nooble/queue';
import type { Purpose, Sessions } from '../connecting/sessions.ts';
import { knownPlan, knownTenant } from './known-terms.ts';
import type { Plan, Tenant } from './terms.ts';

/** A page of tenants, in the order of their ids. */
export interface TenantPageOptions {
  /** Return those after this id. @default the first ones */
  readonly after?: string;
  /** From 1 to 1,000. @default 100 */
  readonly limit?: number;
}

/** Reads and changes tenants and plans. Changes apply at the next admission in all processes. */
export interface TenantRegistry {
  /** Creates or replaces a plan. Throws RangeError for invalid terms. */
  putPlan(this: void, plan: Plan): Promise<void>;
  /** Deletes a plan. Returns false if there is none. Throws RangeError while tenants have it. */
  removePlan(this: void, name: string): Promise<boolean>;
  plans(this: void): Promise<Plan[]>;
  /** Creates or replaces a tenant. Throws RangeError for invalid terms, and for a plan that does not exist. */
  put(this: void, tenant: Tenant): Promise<void>;
  /** Returns undefined for an unknown tenant. */
  get(this: void, tenantId: string): Promise<Tenant | undefined>;
  list(this: void, page?: TenantPageOptions): Promise<Tenant[]>;
  /** Deletes a tenant, not its data: see `purgeTenant`. Returns false if there is none. */
  remove(this: void, tenantId: string): Promise<boolean>;
}

interface TermsRow {
  readonly weight: number | null;
  readonly limits: TenantLimits;
}

type PlanRow = TermsRow & { readonly name: string; readonly tier: Tier };
type TenantRow = TermsRow & {
  readonly tenant_id: string;
  readonly plan: string;
  readonly suspended: boolean;
};

const PLAN_NAME: OptionRule = {
  isValid: (value) => typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(value),
  expected: 'a name of up to 128 letters, digits, dots, dashes and underscores',
};

const PUT_PLAN = `
  INSERT INTO nooble.plans (name, tier, weight, limits) VALUES ($1, $2, $3, $4)
  ON CONFLICT (name) DO UPDATE
  SET tier = excluded.tier, weight = excluded.weight, limits = excluded.limits, updated_at = now()`;

const PUT_TENANT = `
  INSERT INTO nooble.tenants (tenant_id, plan, weight, limits, suspended) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (tenant_id) DO UPDATE
  SET plan = excluded.plan, weight = excluded.weight, limits = excluded.limits,
      suspended = excluded.suspended, updated_at = now()`;

const TENANT_COLUMNS = 'tenant_id, plan, weight, limits, suspended';

const writing = (attempted: string): Purpose => ({ role: 'writer', attempted });
const reading = (attempted: string): Purpose => ({ role: 'operator', attempted });

export function openRegistry(sessions: Sessions): TenantRegistry {
  return {
    putPlan: async (plan) => putPlan(sessions, plan),
    removePlan: async (name) => {
      const text = 'DELETE FROM nooble.plans WHERE name = $1 RETURNING name';
      const statement = { text, values: [checkedName(name)] };
      try {
        return (await sessions.rows(writing(`delete the plan "${name}"`), statement)).length > 0;
      } catch (error) {
        throw unlessReferred(error, `Cannot delete the plan "${name}": tenants have it`);
      }
    },
    plans: async () => {
      const text = 'SELECT name, tier, weight, limits FROM nooble.plans ORDER BY name';
      const rows = await sessions.rows<PlanRow>(reading('list the plans'), { text });
      return rows.map(({ name, tier, ...terms }) => ({ name, tier, ...termsOf(terms) }));
    },
    put: async (tenant) => putTenant(sessions, tenant),
    get: async (tenantId) => getTenant(sessions, tenantId),
    list: async (page = {}) => listTenants(sessions, page),
    remove: async (tenantId) => {
      assertTenantId(tenantId);
      const text = 'DELETE FROM nooble.tenants WHERE tenant_id = $1 RETURNING tenant_id';
      const statement = { text, values: [tenantId] };
      return (
        (await sessions.rows(writing(`delete the tenant "${tenantId}"`), statement)).length > 0
      );
    },
  };
}

async function putPlan(sessions: Sessions, given: Plan): Promise<void> {
  const { name, tier, weight, limits } = knownPlan(given);
  checkedName(name);
  const entry = checkTenantEntry({
    tier,
    ...(weight !== undefined && { weight }),
    limits: limits ?? {},
  });
  const values = [name, entry.tier, entry.weight ?? null, JSON.stringify(entry.limits)];
  await sessions.rows(writing(`store the plan "${name}"`), { text: PUT_PLAN, values });
}

async function putTenant(sessions: Sessions, tenant: Tenant): Promise<void> {
  const { tenantId, plan, weight, limits = {}, suspended = false } = knownTenant(tenant);
  assertTenantId(tenantId);
  checkedName(plan);
  const terms = { ...(weight !== undefined && { weight }), limits, suspended };
  // The tier belongs to the plan.
  const entry = checkTenantEntry({ tier: 'free', ...terms });
  const values = [tenantId, plan, entry.weight ?? null, JSON.stringify(entry.limits), suspended];
  try {
    await sessions.rows(writing(`store the tenant "${tenantId}"`), { text: PUT_TENANT, values });
  } catch (error) {
    throw unlessReferred(
      error,
      `Cannot store the tenant "${tenantId}": there is no plan "${plan}"`,
    );
  }
}

/** Returns a RangeError for a broken reference between tenants and plans, and any other error as it is. */
function unlessReferred(error: unknown, message: string): unknown {
  const isReferred = (error as { code?: unknown }).code === FOREIGN_KEY;
  return isReferred ? new RangeError(message, { cause: error }) : error;
}

/** SQLSTATE of a row that refers to one that does not exist. */
const FOREIGN_KEY = '23503';

const PAGE: OptionsCheck<TenantPageOptions> = {
  of: 'a page of tenants',
  rules: {
    after: {
      isValid: (value) => value === '' || isTenantId(value),
      expected: 'the id of a tenant',
    },
    limit: rule.whole(1, 1_000),
  },
};

async function getTenant(sessions: Sessions, tenantId: string): Promise<Tenant | undefined> {
  assertTenantId(tenantId);
  const text = `SELECT ${TENANT_COLUMNS} FROM nooble.tenants WHERE tenant_id = $1`;
  const purpose = reading(`read the tenant "${tenantId}"`);
  const [row] = await sessions.rows<TenantRow>(purpose, { text, values: [tenantId] });
  return row && tenantOf(row);
}

async function listTenants(sessions: Sessions, given: TenantPageOptions): Promise<Tenant[]> {
  const { after = '', limit = 100 } = readOptions(given, PAGE);
  const text = `SELECT ${TENANT_COLUMNS} FROM nooble.tenants WHERE tenant_id > $1
    ORDER BY tenant_id LIMIT $2`;
  const values = [after, limit];
  const rows = await sessions.rows<TenantRow>(reading('list the tenants'), { text, values });
  return rows.map(tenantOf);
}

function tenantOf({ tenant_id, plan, suspended, ...terms }: TenantRow): Tenant {
  return { tenantId: tenant_id, plan, suspended, ...termsOf(terms) };
}

function termsOf({ weight, limits }: TermsRow): Pick<Plan, 'weight' | 'limits'> {
  return { ...(weight !== null && { weight }), limits };
}

function checkedName(name: unknown): string {
  if (PLAN_NAME.isValid(name)) return name as string;
  throw new RangeError(`Invalid plan: ${problemOf('name', name, PLAN_NAME)}`);
}
