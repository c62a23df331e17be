import type { DailyUsage, Persistence } from '@nooble/persistence';
import { fit } from '../layout.ts';
import type { Screen } from '../screen.ts';

const DAY = 'yyyy-mm-dd'.length;
/** Widths of the columns (characters). */
const [TENANT, TIER, NUMBER] = [10, 13, 10];
const COUNTS = ['done', 'cancelled', 'dead', 'attempts'] as const;

type Use = Pick<DailyUsage, (typeof COUNTS)[number] | 'tenantId' | 'tier' | 'runningMs'>;

/** Shows the use of each tenant since a time. */
export async function showUsage(
  screen: Screen,
  { usage }: Persistence,
  since: Date,
): Promise<void> {
  screen.heading('Usage per tenant, out of PostgreSQL: usage.daily');
  const rows = await usage.daily({ from: dayOf(since), to: dayOf(new Date()) });
  screen.row(`  ${rowOf('tenant', 'tier', [...COUNTS, 'running'])}`, 'dim');
  for (const use of perTenant(rows)) {
    const counts = COUNTS.map((name) => String(use[name]));
    const running = `${(use.runningMs / 1_000).toFixed(1)} s`;
    screen.tier(use.tier, `  ${rowOf(use.tenantId, use.tier, [...counts, running])}`);
  }
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, DAY);
}

/** Sums the types and days of each tenant; the tenant with the most running time is first. */
function perTenant(rows: readonly DailyUsage[]): Use[] {
  const uses = new Map<string, Use>();
  for (const row of rows) {
    const key = `${row.tier} ${row.tenantId}`;
    const before = uses.get(key);
    uses.set(key, before ? sumOf(before, row) : row);
  }
  return [...uses.values()].toSorted((one, other) => other.runningMs - one.runningMs);
}

function sumOf(one: Use, other: Use): Use {
  return {
    tenantId: one.tenantId,
    tier: one.tier,
    done: one.done + other.done,
    cancelled: one.cancelled + other.cancelled,
    dead: one.dead + other.dead,
    attempts: one.attempts + other.attempts,
    runningMs: one.runningMs + other.runningMs,
  };
}

function rowOf(tenant: string, tier: string, numbers: readonly string[]): string {
  const cells = numbers.map((number) => number.padStart(NUMBER));
  return [fit(tenant, TENANT), fit(tier, TIER), ...cells].join(' ');
}
