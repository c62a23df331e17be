import { MAX_DURATION_MS } from '@nooble/errors';
import { TIERS, type Tier } from '@nooble/models';
import type { AdmissionItem } from './admission.ts';

/** A stored action, split into its header, which scripts read without parsing JSON, and its envelope. */
export interface StoredAction {
  readonly tier: Tier;
  readonly tenantId: string;
  /** Domain clock at admission (µs). */
  readonly arrivalUs: number;
  /** Unix time (ms); undefined if it never expires. */
  readonly expiresMs: number | undefined;
  readonly retainMs: number;
  /** The wire JSON as it was accepted. */
  readonly envelope: string;
}

/**
 * Splits a stored action; `lua/rules/header.lua` is its twin. Never throws: facts missing from a malformed header are the
 * defaults, and text without a header is returned as the envelope, for the worker to refuse.
 */
export function parseStored(stored: string): StoredAction {
  const end = stored.indexOf('\n');
  const [arrival, , expires, tier, tenantId = '', , retain] = stored
    .slice(0, Math.max(0, end))
    .split(' ');
  const arrivalUs = countOf(arrival);
  return {
    tier: tierOf(tier),
    tenantId,
    arrivalUs,
    expiresMs: expiryOf(Number(expires), arrivalUs),
    retainMs: Math.min(countOf(retain), MAX_DURATION_MS),
    envelope: stored.slice(end + 1),
  };
}

/** Resolves a negative value, which is a time after its arrival (ms). */
function expiryOf(ms: number, arrivalUs: number): number | undefined {
  if (ms === 0 || !Number.isSafeInteger(ms)) return undefined;
  return ms > 0 ? ms : Math.floor(arrivalUs / 1000) - ms;
}

/** Encodes an action as it is stored, without its arrival, which the script prepends. */
export function storedWithoutArrival(item: AdmissionItem): string {
  const { tier, tenantId, cost, notify, expiresMs, retainMs, onceHash, sequenceHash } = item;
  const sequence = sequenceHash === '-' ? '' : ` ${sequenceHash}`;
  return `${cost} ${expiresMs} ${tier} ${tenantId} ${notify ? 1 : 0} ${retainMs} ${onceHash}${sequence}\n${item.envelope}`;
}

/** Flags of a run that are shown; `lua/rules/flags.lua` has all of them. */
export const FLAGS = { CANCELLED: 'c', WAITS: 'w', PARKED: 'p' } as const;

/** The stored record of an action's attempts. */
export interface RunFacts {
  readonly tier: Tier;
  readonly tenantId: string;
  /** Clock value of the claim that runs it (µs); '0' if it is not running. */
  readonly token: string;
  /** Domain clock when it last joined a queue (µs). */
  readonly sinceUs: number;
  readonly failures: number;
  readonly stalls: number;
  readonly redrives: number;
  /** Domain clock when it was first throttled since its last counted attempt (ms); 0 if it was not. */
  readonly throttledSinceMs: number;
  /** Domain clock when it first met a worker without its handler since it last ran (ms); 0 if it did not. */
  readonly unhandledSinceMs: number;
  /** Process whose claim holds the lease; '' if it is not running. */
  readonly holder: string;
  /** Letters that mark what the usual paths do not handle; '' for most actions. */
  readonly flags: string;
}

/**
 * Parses `token tier tenant since failures stalls redrives cost`, optionally followed by `throttled unhandled`, the charge of
 * a claim, `@holder` and `flags+`; `lua/rules/run.lua` is its twin. Never throws.
 */
export function parseRun(text: string): RunFacts {
  const [token = '0', tier, tenantId = '', since, ...counts] = text.split(' ');
  const [failures, stalls, redrives, , throttled, unhandled] = counts;
  const holder = counts.find((word) => word.startsWith('@'));
  const last = counts.at(-1);
  return {
    tier: tierOf(tier),
    tenantId,
    token,
    sinceUs: countOf(since),
    failures: countOf(failures),
    stalls: countOf(stalls),
    redrives: countOf(redrives),
    throttledSinceMs: countOf(throttled),
    unhandledSinceMs: countOf(unhandled),
    holder: holder?.slice(1) ?? '',
    flags: last?.endsWith('+') === true ? last.slice(0, -1) : '',
  };
}

/** Returns the run of an action that is claimed for the first time. The token is the clock value of the claim. */
export function firstRun({ tier, tenantId, arrivalUs }: StoredAction, token: string): RunFacts {
  const counts = { failures: 0, stalls: 0, redrives: 0, throttledSinceMs: 0, unhandledSinceMs: 0 };
  return { tier, tenantId, token, sinceUs: arrivalUs, ...counts, holder: '', flags: '' };
}

/** Tiers are stored as their priority, 1 to 4. Any other value counts as the last tier. */
function tierOf(priority: string | undefined): Tier {
  return TIERS[Number(priority) - 1] ?? 'free';
}

function countOf(text: string | undefined): number {
  const count = Number(text);
  return Number.isSafeInteger(count) && count >= 0 ? count : 0;
}
