import type { ScriptCall } from '@nooble/redis';
import type { ClaimedAction, HeldKey } from '../../broker.ts';
import type { CallId } from '../call-ring.ts';
import { firstRun, parseRun, parseStored } from '../header.ts';
import type { Keyspace } from '../keyspace.ts';

/** Quantity that tenants share by weight. */
export type Share = 'turns' | 'time';

/** Order in which a worker serves tiers and tenants. */
export interface ClaimOrder {
  readonly mode: 'strict' | 'weighted';
  /** Every n-th turn goes to the tier that has waited longest; 0 for never. */
  readonly floor: number;
  /** Weights of the tiers 1 to 4 in `weighted` mode. */
  readonly weights: readonly number[];
  /** Quantity that tenants share: turns, or the time for which slots are held. */
  readonly share: Share;
}

export interface ClaimArguments {
  readonly id: CallId;
  readonly slots: number;
  readonly leaseMs: number;
  readonly order: ClaimOrder;
  readonly acceptSuspect: boolean;
}

/** Result of a claim. */
export interface Claim {
  readonly claimed: readonly ClaimedAction[];
  /** Lead of the domain's clock over the server's (ms); absent when there is none. */
  readonly clockLeadMs?: number;
  readonly dueInMs?: number;
  /** Throttle keys that are held; absent if there are none. */
  readonly heldKeys?: readonly HeldKey[];
}

/** Returns the call that claims the next fair batch. */
export function claimCall(keyspace: Keyspace, claim: ClaimArguments): ScriptCall {
  const { id, slots, leaseMs, order, acceptSuspect } = claim;
  const fixed = [id.process, id.number, slots, leaseMs, order.mode, order.floor];
  return keyspace.call('claim', [...fixed, ...order.weights, acceptSuspect ? 1 : 0, order.share]);
}

/** Reads the reply; `deadline` is the end of its leases on the monotonic clock of this process (ms). */
export function readClaim(reply: unknown, deadline: number): Claim {
  const [clock, dueIn, suspect, facts, ...cells] = reply as ClaimReply;
  const claimed: ClaimedAction[] = [];
  const keepsResult = String(facts).split(' ', 1)[0]?.endsWith('r') === true;
  for (let at = 0; at < cells.length; at += 2) {
    const [who = '', stored = ''] = [cells[at], cells[at + 1]];
    const isSuspect = at === 0 && suspect === '1';
    claimed.push(claimedOf({ who, suspect: isSuspect, stored, clock, deadline, keepsResult }));
  }
  const [lead = '', ...throttles] = String(facts).split(' ');
  const clockLeadMs = Number.parseInt(lead, 10);
  return {
    claimed,
    ...(throttles.length > 0 && { heldKeys: heldKeysIn(throttles) }),
    ...(clockLeadMs > 0 && { clockLeadMs }),
    ...(dueIn !== '' && { dueInMs: Number(dueIn) }),
  };
}

function heldKeysIn(words: readonly string[]): HeldKey[] {
  const count = words.length / 2;
  return Array.from({ length: count }, (_, at) => ({
    forMs: Number(words[2 * at]),
    key: words[2 * at + 1] ?? '',
  }));
}

/** Clock, ms until something is due, mark of a suspect, lead of the clock (with r if the history keeps results) and throttle keys if any are held, actions. */
type ClaimReply = [string, string, string, string | number, ...string[]];

interface ClaimRow {
  /** Its id, followed by its run unless this is its first. */
  readonly who: string;
  readonly suspect: boolean;
  readonly stored: string;
  readonly clock: string;
  readonly deadline: number;
  readonly keepsResult: boolean;
}

function claimedOf({
  who,
  suspect,
  stored,
  clock,
  deadline,
  keepsResult,
}: ClaimRow): ClaimedAction {
  const action = parseStored(stored);
  const end = who.indexOf(' ');
  const actionId = end === -1 ? who : who.slice(0, end);
  const facts = end === -1 ? firstRun(action, clock) : parseRun(who.slice(end + 1));
  const { tier, tenantId, token, sinceUs, failures, stalls, redrives } = facts;
  const nowMs = Math.floor(Number(clock) / 1000);
  const { expiresMs } = action;
  return {
    lease: { actionId, tenantId, tier, token, deadline },
    envelope: action.envelope,
    failures,
    stalls,
    redrives,
    suspect,
    waitedMs: Math.max(0, (Number(clock) - sinceUs) / 1000),
    retainMs: action.retainMs,
    throttledMs: elapsed(facts.throttledSinceMs, nowMs),
    unhandledMs: elapsed(facts.unhandledSinceMs, nowMs),
    ...(keepsResult && { keepsResult }),
    ...(expiresMs !== undefined && { expiresInMs: expiresMs - nowMs }),
  };
}

/** Returns 0 if it never began. */
function elapsed(sinceMs: number, nowMs: number): number {
  return sinceMs === 0 ? 0 : Math.max(0, nowMs - sinceMs);
}
