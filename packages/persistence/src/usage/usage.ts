import { checkOption, readOptions, type OptionRule, type OptionsCheck } from '@nooble/errors';
import { assertDomain, assertTenantId, type Tier } from '@nooble/models';
import type { Sessions } from '../connecting/sessions.ts';
import { readerOf } from '../connecting/readers.ts';

/** Use of one UTC day, by tenant, domain, type and tier. */
export interface DailyUsage {
  /** For example `2026-01-31`. */
  readonly day: string;
  readonly tenantId: string;
  readonly domain: string;
  readonly actionType: string;
  readonly tier: Tier;
  readonly done: number;
  readonly dead: number;
  readonly expired: number;
  readonly cancelled: number;
  readonly attempts: number;
  readonly stalls: number;
  /** Sum of the costs of its actions. */
  readonly cost: number;
  /** Time for which attempts have held a lease (ms). */
  readonly runningMs: number;
}

/** Options of `usage.daily`. Days are UTC, both included. */
export interface DailyUsageOptions {
  /** For example `2026-01-01`. */
  readonly from: string;
  /** @default `from` */
  readonly to?: string;
  /** @default all tenants, as an operator */
  readonly tenantId?: string;
  /** @default all domains */
  readonly domain?: string;
}

/** Sums over endings, which equal these at any time. */
export interface Usage {
  /**
   * Returns the use per day, tenant, domain, type and tier, in this order. Throws RangeError for invalid options,
   * InvalidActionError for invalid names, and PostgresUnavailableError.
   */
  daily(this: void, options: DailyUsageOptions): Promise<DailyUsage[]>;
}

const DAY: OptionRule = {
  isValid: (value) =>
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && isInCalendar(value),
  expected: 'a day such as 2026-01-31',
};
/** `Date.parse` takes the 30th of February for a day in March. */
function isInCalendar(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

const NAME: OptionRule = { isValid: (value) => typeof value === 'string', expected: 'a name' };

const CHECK: OptionsCheck<DailyUsageOptions> = {
  of: 'daily usage',
  rules: { from: DAY, to: DAY, tenantId: NAME, domain: NAME },
};

const COUNTS = ['done', 'dead', 'expired', 'cancelled', 'attempts', 'stalls'] as const;

type StoredUsage = Readonly<Record<(typeof COUNTS)[number] | 'cost' | 'running_us', string>> & {
  readonly day: string;
  readonly tenant_id: string;
  readonly domain: string;
  readonly action_type: string;
  readonly tier: string;
};

export function usageOf(sessions: Sessions): Usage {
  return {
    daily: async (given) => {
      const { from, to = from, tenantId, domain } = readOptions(given, CHECK);
      checkOption('from', from, DAY);
      checkOption('to', to, { isValid: () => from <= to, expected: `a day from ${from} on` });
      if (tenantId !== undefined) assertTenantId(tenantId);
      if (domain !== undefined) assertDomain(domain);
      const purpose = readerOf(tenantId, 'read the usage');
      const rows = await sessions.transaction(purpose, async (transaction) =>
        transaction.rows<StoredUsage>({
          text: `SELECT to_char(day, 'YYYY-MM-DD') AS day, tenant_id, domain, action_type, tier, ${COUNTS.join(', ')}, cost, running_us
            FROM nooble.usage_daily
            WHERE day BETWEEN $1 AND $2 AND ($3::text IS NULL OR tenant_id = $3) AND ($4::text IS NULL OR domain = $4)
            ORDER BY day, tenant_id, domain, action_type, tier`,
          values: [from, to, tenantId ?? null, domain ?? null],
        }),
      );
      return rows.map(usageOfRow);
    },
  };
}

function usageOfRow(row: StoredUsage): DailyUsage {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, Number(row[name])]));
  return {
    day: row.day,
    tenantId: row.tenant_id,
    domain: row.domain,
    actionType: row.action_type,
    tier: row.tier as Tier,
    ...(counts as Record<(typeof COUNTS)[number], number>),
    cost: Number(row.cost),
    runningMs: Number(row.running_us) / 1000,
  };
}
