import { isoOf, TIERS, type Tier } from '@nooble/models';
import { errorOfNote } from '../delivery/delivery.ts';
import { CODES } from '../generated/codes.ts';
import { parseRun, parseStored, type RunFacts, type StoredAction } from '../protocol/header.ts';
import type { Facts } from '../protocol/operations/explain.ts';
import { shareOf, type TenantShare } from '../protocol/operations/tenant-stats.ts';
import { codeAmong } from '../protocol/unreadable.ts';
import type { ActionRef } from '../admission/receipt.ts';
import { activeReasons } from './active-reasons.ts';
import { delayReason } from './delay-reasons.ts';
import { textOf } from './explanation-text.ts';
import type { Reason } from './reasons.ts';
import { aheadOf, waitingReasons } from './waiting-reasons.ts';

const { WAITING, DELAYED, ACTIVE, ENDED, UNKNOWN } = CODES.places;
const { DONE, DEAD, EXPIRED, CANCELLED } = CODES.endings;

/** The state of an action, and the reasons for it. */
export interface Explanation {
  readonly domain: string;
  readonly actionId: string;
  readonly state:
    | 'waiting'
    | 'delayed'
    | 'active'
    | 'dead'
    | 'done'
    | 'expired'
    | 'cancelled'
    | 'unknown';
  /** Absent if the action is unknown. */
  readonly tenantId?: string;
  /** Absent if the action has ended or is unknown. */
  readonly tier?: Tier;
  /** Number of actions ahead in the queue of its tenant, counted up to 1,000, for a waiting action. */
  readonly place?: { readonly ahead: number; readonly isMore: boolean };
  /** Share of its tenant in its tier while it is served, for a waiting action. */
  readonly share?: TenantShare;
  /** Compare their `kind`. Empty for a waiting action that the next claim takes. */
  readonly reasons: readonly Reason[];
  /** One sentence for people. It contains names and error messages, so do not show it to other tenants. */
  readonly text: string;
}

/** Converts the facts about an action to their public form. */
export function explanationOf({ domain, actionId }: ActionRef, facts: Facts): Explanation {
  const explained = explain(actionId, facts);
  const all = { domain, actionId, ...explained };
  return { ...all, text: textOf(all) };
}

type Explained = Omit<Explanation, 'domain' | 'actionId' | 'text'>;

function explain(actionId: string, facts: Facts): Explained {
  const { state, of } = facts;
  if (state === UNKNOWN) return { state, reasons: [{ kind: 'unknown' }] };
  if (state === ENDED) return explainEnded(actionId, of('note') ?? '');
  const stored = parseStored(of('stored') ?? '');
  const text = of('run');
  const known = { stored, run: text === undefined ? undefined : parseRun(text) };
  const { tenantId, tier } = stored;
  const { reasons, ...more } = explainStored(actionId, facts, known);
  return { state, tenantId, tier, ...more, reasons: [...reasons, ...noWorker(facts)] };
}

interface Known {
  readonly stored: StoredAction;
  readonly run: RunFacts | undefined;
}

function explainStored(
  actionId: string,
  facts: Facts,
  known: Known,
): Pick<Explained, 'reasons' | 'place' | 'share'> {
  const { state, count, of } = facts;
  if (state === WAITING) {
    const place = aheadOf(facts);
    const share = shareIn(facts, known.stored.tier);
    return { ...(place && { place }), share, reasons: waitingReasons(facts, known) };
  }
  if (state === DELAYED) return { reasons: [delayReason(facts, known.run)] };
  if (state === ACTIVE) return { reasons: activeReasons(facts, known.run) };
  const at = isoOf(count('at') ?? 0);
  return { reasons: [{ kind: 'dead', at, error: errorOfNote(actionId, of('note') ?? '') }] };
}

function shareIn({ of }: Facts, tier: Tier): TenantShare {
  const words = [of('weight'), of('others_weight'), of('others')];
  return shareOf(String(TIERS.indexOf(tier) + 1), words);
}

/** An active action has a worker, and an ended one needs none. */
function noWorker({ state, workers }: Facts): Reason[] {
  const needsOne = state === WAITING || state === DELAYED;
  return needsOne && workers.length === 0 ? [{ kind: 'no-worker' }] : [];
}

function explainEnded(actionId: string, note: string): Explained {
  const end = note.indexOf('\n');
  const [how, tenantId = ''] = note.slice(0, end).split(' ');
  const ending = codeAmong([DONE, DEAD, EXPIRED, CANCELLED], how, 'explain');
  const reason: Reason =
    ending === DEAD
      ? { kind: 'dead', error: errorOfNote(actionId, note.slice(end + 1)) }
      : { kind: 'ended', ending };
  return { state: ending, tenantId, reasons: [reason] };
}
