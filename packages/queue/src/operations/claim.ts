import type { ScriptCall } from '@nooble/redis';
import type { ClaimedAction } from '../broker.ts';
import { firstRun, parseRun, parseStored } from '../header.ts';
import type { Keyspace } from '../keyspace.ts';
import type { CallId } from './enqueue.ts';

/** How a worker chooses among tiers. */
export interface ClaimOrder {
  readonly mode: 'strict' | 'weighted';
  /** Every so many services the tier that waits longest is served; 0 for never. */
  readonly floor: number;
  /** Shares of the tiers 1 to 4 in `weighted` mode. */
  readonly weights: readonly number[];
}

export interface ClaimArguments {
  readonly id: CallId;
  readonly slots: number;
  readonly leaseMs: number;
  readonly order: ClaimOrder;
  readonly acceptSuspect: boolean;
}

/** What a claim brought. */
export interface Claim {
  readonly claimed: readonly ClaimedAction[];
  readonly dueInMs?: number;
}

/** The call that hands out the next fair batch. */
export function claimCall(keyspace: Keyspace, claim: ClaimArguments): ScriptCall {
  const { id, slots, leaseMs, order, acceptSuspect } = claim;
  const fixed = [id.process, id.number, slots, leaseMs, order.mode, order.floor];
  return keyspace.call('claim', [...fixed, ...order.weights, acceptSuspect ? 1 : 0]);
}

/** Reads the reply; `deadline` is when its leases end, on this process's monotonic clock, ms. */
export function readClaim(reply: unknown, deadline: number): Claim {
  const [clock = '0', dueIn = '', suspect, ...cells] = reply as string[];
  const claimed: ClaimedAction[] = [];
  for (let at = 0; at < cells.length; at += 3) {
    const [id = '', run = '', stored = ''] = [cells[at], cells[at + 1], cells[at + 2]];
    const isSuspect = at === 0 && suspect === '1';
    claimed.push(claimedOf({ id, run, suspect: isSuspect, stored, clock, deadline }));
  }
  return dueIn === '' ? { claimed } : { claimed, dueInMs: Number(dueIn) };
}

interface ClaimRow {
  readonly id: string;
  /** '' for an action that runs for the first time. */
  readonly run: string;
  readonly suspect: boolean;
  readonly stored: string;
  readonly clock: string;
  readonly deadline: number;
}

function claimedOf({ id, run, suspect, stored, clock, deadline }: ClaimRow): ClaimedAction {
  const action = parseStored(stored);
  const facts = run === '' ? firstRun(action, clock) : parseRun(run);
  const { tier, tenantId, token, sinceUs, failures, stalls, redrives } = facts;
  return {
    lease: { actionId: id, tenantId, tier, token, deadline },
    envelope: action.envelope,
    failures,
    stalls,
    redrives,
    suspect,
    waitedMs: Math.max(0, (Number(clock) - sinceUs) / 1000),
    retainMs: action.retainMs,
  };
}
