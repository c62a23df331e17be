import { isoOf, TIERS } from '@nooble/models';
import { CODES } from '../generated/codes.ts';
import type { Facts } from '../protocol/operations/explain.ts';
import type { RunFacts, StoredAction } from '../protocol/header.ts';
import { throttleHolds } from '../protocol/held-key-list.ts';
import { parseHeld, parseProfile } from '../protocol/profile.ts';
import type { WaitingReason } from './reasons.ts';

/** Maximum number of actions that are counted ahead of another; `lua/explain/waiting.lua` has the same number. */
const MOST_AHEAD = 1_000;

type Found = WaitingReason | undefined;

/** Returns the reasons why a waiting action is not running, those that must end first at the beginning. */
export function waitingReasons(
  facts: Facts,
  { stored, run }: { stored: StoredAction; run: RunFacts | undefined },
): WaitingReason[] {
  const found: Found[] = [
    expired(facts, stored),
    domainPaused(facts),
    ...held(facts),
    suspect(facts, run),
    sequence(facts),
    behind(facts),
    higherTiers(facts),
    turn(facts),
    noFreeSlot(facts),
    throttleKeys(facts),
  ];
  return found.filter((reason) => reason !== undefined);
}

/** Number of actions ahead in the queue of its tenant; undefined for a suspect or a blocked action, which wait elsewhere. */
export function aheadOf({ of, count }: Facts): { ahead: number; isMore: boolean } | undefined {
  if (of('suspect_ahead') !== undefined || of('leader') !== undefined) return undefined;
  const ahead = count('ahead');
  return { ahead: ahead ?? MOST_AHEAD, isMore: ahead === undefined };
}

function behind(facts: Facts): Found {
  const place = aheadOf(facts);
  return place && (place.ahead > 0 || place.isMore) ? { kind: 'behind', ...place } : undefined;
}

function expired({ nowMs }: Facts, { expiresMs }: StoredAction): Found {
  if (expiresMs === undefined || expiresMs > nowMs) return undefined;
  return { kind: 'expired', at: isoOf(expiresMs) };
}

function domainPaused({ of }: Facts): Found {
  const pause = Object.values(CODES.pauses).find((each) => each === of('paused'));
  return pause && { kind: 'domain-paused', pause };
}

function held({ of, count }: Facts): Found[] {
  const by = parseHeld(of('held') ?? '');
  const { cap } = parseProfile(of('profile') ?? '');
  return [
    by.includes('suspension')
      ? { kind: 'suspended' }
      : by.includes('pause')
        ? { kind: 'paused' }
        : undefined,
    by.includes('throttling')
      ? { kind: 'held', until: isoOf(count('held_until') ?? 0) }
      : undefined,
    by.includes('cap') ? { kind: 'capped', active: count('inflight') ?? 0, cap } : undefined,
  ];
}

function suspect({ count }: Facts, run: RunFacts | undefined): Found {
  const ahead = count('suspect_ahead');
  return ahead === undefined ? undefined : { kind: 'suspect', ahead, stalls: run?.stalls ?? 0 };
}

function sequence({ of, count }: Facts): Found {
  const leaderId = of('leader');
  const ahead = count('sequence_ahead') ?? 0;
  return leaderId === undefined ? undefined : { kind: 'sequence', leaderId, ahead };
}

/** Only if its tenant may be served: otherwise the turns of others are not what it waits for. */
function higherTiers({ of, count }: Facts): Found {
  const tiers = TIERS.filter((_, at) => of(`ready${at + 1}`) !== undefined);
  if (count('rank') === undefined || tiers.length === 0) return undefined;
  const settings = of('settings') ?? '';
  const mode = /\bmode (\w+)/.exec(settings)?.[1];
  const floor = /\bfloor (\d+)/.exec(settings)?.[1];
  return {
    kind: 'higher-tiers',
    tiers,
    ...(mode !== undefined && { mode }),
    ...(floor !== undefined && mode === 'strict' && { floor: Number(floor) }),
  };
}

function turn({ count }: Facts): Found {
  const tenantsAhead = count('rank');
  return tenantsAhead === undefined || tenantsAhead === 0
    ? undefined
    : { kind: 'turn', tenantsAhead };
}

function noFreeSlot({ workers }: Facts): Found {
  const running = workers.reduce((sum, each) => sum + each.running, 0);
  const concurrency = workers.reduce((sum, each) => sum + each.concurrency, 0);
  if (workers.length === 0 || running < concurrency) return undefined;
  return { kind: 'no-free-slot', running, concurrency, workers: workers.length };
}

/** The key of an action is known to the workers that have its handler, and not to its domain. */
function throttleKeys({ of, nowMs }: Facts): Found {
  const holds = throttleHolds(of('throttles') ?? '', nowMs);
  return holds.length === 0 ? undefined : { kind: 'throttle-keys', holds };
}
