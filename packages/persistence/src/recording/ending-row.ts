import type { HistoryEnding } from '@nooble/queue';
import { storable } from './storable.ts';

/** One ending as a row of `endings`, in the order of `COLUMNS`. */
export type EndingRow = readonly (string | number | null)[];

/** Columns of `endings` that a recorder writes, with their types, and two more for dead letters. */
export const COLUMNS = {
  day: 'date',
  domain: 'text',
  action_id: 'text',
  token: 'bigint',
  tenant_id: 'text',
  tier: 'text',
  action_type: 'text',
  ending: 'text',
  task_id: 'text',
  session_id: 'text',
  parent_action_id: 'text',
  trace_id: 'text',
  admitted_at: 'timestamptz',
  first_claim_at: 'timestamptz',
  ended_at: 'timestamptz',
  attempts: 'integer',
  stalls: 'integer',
  redrives: 'integer',
  cost: 'numeric',
  running_us: 'bigint',
  error_code: 'text',
  error_message: 'text',
  data: 'json',
  result: 'json',
  problem: 'text',
  error: 'json',
  envelope: 'json',
} as const;

/** Fields of an envelope that a row has; of any type, because the envelope may be from any service. */
interface Envelope {
  readonly action_type?: unknown;
  readonly task_id?: unknown;
  readonly session_id?: unknown;
  readonly parent_action_id?: unknown;
  readonly metadata?: { readonly traceparent?: unknown } | null;
  readonly data?: unknown;
}

/** Returns the UTC day of an ending. Throws RangeError for an invalid time. */
export function dayOf({ endedMs }: Pick<HistoryEnding, 'endedMs'>): string {
  return isoTime(endedMs).slice(0, 10);
}

/**
 * Returns the row of an ending. Text that PostgreSQL cannot store is replaced by U+FFFD, and an envelope that does not parse
 * leaves its columns empty, with the problem. Throws RangeError for an invalid time.
 */
export function rowOf(entry: HistoryEnding): EndingRow {
  const { envelope, problem } = parsed(entry.envelope);
  const { domain, actionId, token, tenantId, tier, ending } = entry;
  return [
    dayOf(entry),
    domain,
    storable(actionId),
    token,
    storable(tenantId),
    tier,
    textOf(envelope.action_type) ?? '',
    ending,
    ...[envelope.task_id, envelope.session_id, envelope.parent_action_id].map(textOf),
    traceIdOf(envelope.metadata?.traceparent),
    ...timesOf(entry),
    ...countsOf(entry),
    ...detailsOf(entry, envelope, problem),
  ];
}

function timesOf({ admittedMs, firstClaimMs, endedMs }: HistoryEnding): EndingRow {
  const firstClaim = firstClaimMs === undefined ? null : isoTime(firstClaimMs);
  return [isoTime(admittedMs), firstClaim, isoTime(endedMs)];
}

function countsOf({ attempts, stalls, redrives, cost, runningMs }: HistoryEnding): EndingRow {
  return [attempts, stalls, redrives, cost, Math.round(runningMs * 1000)];
}

function detailsOf(entry: HistoryEnding, { data }: Envelope, problem: string | null): EndingRow {
  const { keepsData, ending, note } = entry;
  const error = errorOf(entry);
  const isDead = ending === 'dead';
  return [
    textOf(error?.code),
    textOf(error?.message),
    keepsData && data !== undefined ? JSON.stringify(data) : null,
    ending === 'done' && note !== '' ? storable(note) : null,
    problem,
    isDead && error ? JSON.stringify(error) : null,
    isDead && keepsData && problem === null ? storable(entry.envelope) : null,
  ];
}

function parsed(text: string): { envelope: Envelope; problem: string | null } {
  try {
    const envelope: unknown = JSON.parse(text);
    if (typeof envelope === 'object' && envelope !== null) return { envelope, problem: null };
    return { envelope: {}, problem: 'its envelope is not an object' };
  } catch {
    return { envelope: {}, problem: 'its envelope is not JSON' };
  }
}

function errorOf({
  ending,
  note,
}: HistoryEnding): { code?: unknown; message?: unknown } | undefined {
  if (ending === 'done' || note === '') return undefined;
  // A script has ended it, and writes no JSON.
  if (note.startsWith('stalled ')) {
    return { code: 'STALLED', message: `Workers stalled ${note.slice('stalled '.length)} times` };
  }
  try {
    const error: unknown = JSON.parse(note);
    return typeof error === 'object' && error !== null ? error : { message: note };
  } catch {
    return { message: note };
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? storable(value) : null;
}

/** The trace id of a W3C `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header). */
function traceIdOf(traceparent: unknown): string | null {
  if (typeof traceparent !== 'string') return null;
  return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent)?.[1] ?? null;
}

function isoTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
