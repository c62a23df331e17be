import { generateAnswer } from '@nooble-examples/contracts';
import type { EndingRecord, Persistence } from '@nooble/persistence';
import { duration, fit } from '../layout.ts';
import type { Screen } from '../screen.ts';
import { TENANTS } from '../tenants.ts';

/** Widths of the columns (characters). */
const [NAME, SHORT, NUMBER] = [26, 10, 9];

/** A question, and its trace. */
export interface AskedQuestion {
  readonly actionId: string;
  readonly traceId: string;
}

/** Shows the endings of all actions of the task of a question. Reads as its tenant, so that row level security holds. */
export async function showTask(
  screen: Screen,
  { history }: Persistence,
  { actionId, traceId }: AskedQuestion,
): Promise<void> {
  screen.heading('The question over HTTP, out of PostgreSQL: history.trace, read as its tenant');
  const { tenantId } = TENANTS.enterprise;
  const [asked] = await history.get({ domain: generateAnswer.domain, actionId, tenantId });
  const endings = await history.trace(asked?.taskId ?? '', { tenantId });
  screen.row(
    `  ${rowOf(['action', 'tenant', 'ending'], ['attempts', 'waiting', 'running'])}`,
    'dim',
  );
  for (const ending of endings) screen.tier(ending.tier, `  ${rowOfEnding(ending)}`);
  const isSame = endings.length > 0 && endings.every((each) => each.traceId === traceId);
  screen.faint(`  Trace ${asked?.traceId ?? 'unknown'}${isSame ? ', the one shown above' : ''}`);
}

function rowOfEnding(record: EndingRecord): string {
  const { actionType, tenantId, ending, attempts, runningMs, admittedAt, firstClaimAt } = record;
  const waitedMs = firstClaimAt && firstClaimAt.getTime() - admittedAt.getTime();
  const waiting = waitedMs === undefined ? '' : duration(waitedMs);
  return rowOf([actionType, tenantId, ending], [String(attempts), waiting, duration(runningMs)]);
}

function rowOf(
  [action, ...names]: readonly [string, ...string[]],
  numbers: readonly string[],
): string {
  const cells = [fit(action, NAME), ...names.map((name) => fit(name, SHORT))];
  return [...cells, ...numbers.map((number) => number.padStart(NUMBER))].join(' ');
}
