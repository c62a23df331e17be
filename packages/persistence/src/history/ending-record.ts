import type { Tier } from '@nooble/models';
import type { HistoryEnding } from '@nooble/queue';

/** The ending of an action, as it is stored. */
export interface EndingRecord {
  readonly domain: string;
  readonly actionId: string;
  /** Distinguishes the endings of an action. */
  readonly token: string;
  readonly tenantId: string;
  readonly tier: Tier;
  /** '' if its envelope did not parse. */
  readonly actionType: string;
  readonly ending: HistoryEnding['ending'];
  readonly taskId?: string;
  readonly sessionId?: string;
  readonly parentActionId?: string;
  /** Trace id of its W3C trace context. */
  readonly traceId?: string;
  readonly admittedAt: Date;
  /** Absent if it was never claimed. */
  readonly firstClaimAt?: Date;
  readonly endedAt: Date;
  readonly attempts: number;
  readonly stalls: number;
  readonly redrives: number;
  readonly cost: number;
  /** Time for which its attempts have held a lease (ms). */
  readonly runningMs: number;
  readonly error?: { readonly code: string; readonly message: string };
  /** Present if the history keeps data. */
  readonly data?: unknown;
  /** Present if the history keeps results. */
  readonly result?: unknown;
  /** Reason why some fields are missing. */
  readonly problem?: string;
}

/** A row of `endings`. */
export interface StoredEnding {
  readonly domain: string;
  readonly action_id: string;
  readonly token: string;
  readonly tenant_id: string;
  readonly tier: string;
  readonly action_type: string;
  readonly ending: string;
  readonly task_id: string | null;
  readonly session_id: string | null;
  readonly parent_action_id: string | null;
  readonly trace_id: string | null;
  readonly admitted_at: Date;
  readonly first_claim_at: Date | null;
  readonly ended_at: Date;
  readonly attempts: number;
  readonly stalls: number;
  readonly redrives: number;
  readonly cost: string;
  readonly running_us: string;
  readonly error_code: string | null;
  readonly error_message: string | null;
  /** As text: values that are JSON `null` are there, and those that are SQL NULL are not. */
  readonly data: string | null;
  readonly result: string | null;
  readonly problem: string | null;
}

export const ENDING_COLUMNS =
  'domain, action_id, token, tenant_id, tier, action_type, ending, task_id, session_id, parent_action_id, trace_id, admitted_at, first_claim_at, ended_at, attempts, stalls, redrives, cost, running_us, error_code, error_message, data::text, result::text, problem';

export function endingOf(row: StoredEnding): EndingRecord {
  const { error_code: code, error_message: message } = row;
  const optional = {
    taskId: row.task_id,
    sessionId: row.session_id,
    parentActionId: row.parent_action_id,
    traceId: row.trace_id,
    firstClaimAt: row.first_claim_at,
    problem: row.problem,
  };
  return {
    domain: row.domain,
    actionId: row.action_id,
    token: row.token,
    tenantId: row.tenant_id,
    tier: row.tier as Tier,
    actionType: row.action_type,
    ending: row.ending as EndingRecord['ending'],
    admittedAt: row.admitted_at,
    endedAt: row.ended_at,
    attempts: row.attempts,
    stalls: row.stalls,
    redrives: row.redrives,
    cost: Number(row.cost),
    runningMs: Number(row.running_us) / 1000,
    ...present(optional),
    ...((code ?? message) !== null && { error: { code: code ?? '', message: message ?? '' } }),
    ...(row.data !== null && { data: JSON.parse(row.data) as unknown }),
    ...(row.result !== null && { result: JSON.parse(row.result) as unknown }),
  };
}

type Present<T> = { readonly [Name in keyof T]?: NonNullable<T[Name]> };

function present<T extends object>(fields: T): Present<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as Present<T>;
}
