import { isoOf, TIERS, tierPriority, type Tier } from '@nooble/models';
import { expect } from 'vitest';
import type { DomainStats, TierStats } from '../../src/protocol/operations/stats.ts';
import type { StoredAction } from './action.ts';
import { dayOf } from './admission-model.ts';
import { byAction } from './ends.ts';
import type { ProtocolModel } from './protocol-model.ts';
import { journalOf, type StoredJournal } from './journal-model.ts';
import { readState, type JournalState, type StoredState } from './stored-state.ts';
import { KEYS, SEQUENCES, TENANTS } from './tenants.ts';
import { storedEndings } from './world-history.ts';
import type { World } from './world.ts';

const BUCKET_MS = 10_000;
const SEQUENCE_NAMES = TENANTS.flatMap((tenant) => SEQUENCES.map((name) => `${tenant}:${name}`));
const KEY_NAMES = TENANTS.flatMap((tenant) => KEYS.map((key) => `${tenant} ${key}`));

/** Expects that the queue stores what the model contains: every action in its state, every tag, every count. */
export async function expectSame(model: ProtocolModel, world: World): Promise<void> {
  const [{ tokens, outbox, ...state }, { history, ...stats }, replies, streams, endings] =
    await Promise.all([
      readState(world.stored, {
        today: dayOf(model.nowMs),
        keyNames: KEY_NAMES,
        ids: [...model.known],
        sequenceNames: SEQUENCE_NAMES,
      }),
      world.queues.stats('embedding'),
      world.replies(),
      world.streams([...model.known]),
      storedEndings(world.stored),
    ]);
  expect(state, 'what is stored').toEqual(expectedState(model));
  const onTheirWay = byAction(model.outbox.dueTimes);
  expect(byAction(outbox), 'callbacks on their way').toEqual(onTheirWay);
  expect(stats, 'stats').toEqual(expectedStats(model));
  expect(replies, 'replies').toEqual(model.caller.replies);
  expect(streams, 'streams').toEqual(model.streams.entriesAt(model.nowMs));
  const kept = model.history.isKept ? model.history.entries : [];
  expect(endings.toSorted(), 'endings to record').toEqual(kept.toSorted());
  expect(history?.entries ?? 0, 'number of endings to record').toBe(kept.length);
  const isReady = model.paused === false && TIERS.some((tier) => readyIn(model, tier).size > 0);
  const least = isReady || model.owesToken ? 1 : 0;
  expect(tokens, 'tokens for idle workers').toBeGreaterThanOrEqual(least);
  expect(tokens, 'tokens for idle workers').toBeLessThanOrEqual(1);
}

function expectedState(model: ProtocolModel): Omit<StoredState, 'tokens' | 'outbox'> {
  const actions = [...model.actions.values()].map(
    ({ id, state, atMs, failures, stalls, redrives, ...rest }) => {
      const place = state === 'waiting' ? state : `${state} ${atMs}`;
      const { throttledSinceMs, unhandledSinceMs } = rest;
      const flags = flagsOf(
        {
          ...rest,
          isRecorded: state === 'active' && model.history.isKept,
          hasNoted: model.history.hasNoted(model.actions.get(id)!),
        },
        state === 'active' && model.scheduler.charges.isResumed(id),
      );
      const attempts = { failures, stalls, redrives, throttledSinceMs, unhandledSinceMs };
      return [id, { place, ...attempts, flags }] as const;
    },
  );
  const profiles = Object.entries(model.profiles).map(
    ([tenant, { weight, cap }]) => [tenant, `${weight} ${cap ?? -1}`] as const,
  );
  const today = dayOf(model.nowMs);
  const journals = [...model.known].flatMap((id) => {
    const journal = journalOf(model, id);
    return journal ? [[id, expectedJournal(journal)] as const] : [];
  });
  return {
    journals: Object.fromEntries(journals),
    actions: Object.fromEntries(actions),
    suspects: model.suspects.map(({ id }) => id),
    sequences: model.sequences.ids,
    profiles: Object.fromEntries(profiles),
    paces: Object.fromEntries(
      [...model.scheduler.charges.paces].map(([tenant, us]) => [tenant, `${us}`]),
    ),
    ready: TIERS.map((tier) => readyIn(model, tier)),
    times: model.scheduler.times,
    usage: [model.admission.usageOn(today), model.admission.usageOn(today + 1)],
    keys: model.admission.keysAt(model.nowMs),
  };
}

function flagsOf(
  {
    isCancelled,
    waits,
    isAnswered,
    isParked,
    hasJournal,
    sequence,
    isRecorded,
    hasNoted,
  }: Partial<StoredAction> & { isRecorded: boolean; hasNoted: boolean },
  isResumed: boolean,
): string {
  const flags = {
    a: isAnswered,
    c: isCancelled,
    h: isRecorded,
    j: hasJournal,
    m: hasNoted,
    p: isParked,
    r: isResumed,
    s: sequence !== undefined,
    w: waits,
  };
  return Object.entries(flags)
    .flatMap(([letter, isSet]) => (isSet ? [letter] : []))
    .join('');
}

function expectedJournal({ fields, untilMs }: StoredJournal): JournalState {
  const names = new Set([...fields.keys()].map((field) => field.replace(/^=/, '')));
  const bytes = [...fields].reduce((sum, cell) => sum + cell.join('').length, 0);
  return {
    fields: Object.fromEntries(fields),
    size: `${names.size} ${bytes}`,
    expires: untilMs !== undefined,
  };
}

function expectedStats(model: ProtocolModel): DomainStats {
  const tiers = TIERS.map((tier) => [tier, expectedTier(model, tier)] as const);
  const heldKeys = model.holds.heldKeys(model.nowMs);
  return {
    domain: 'embedding',
    paused: model.paused,
    tiers: Object.fromEntries(tiers) as DomainStats['tiers'],
    callbacksPending: model.outbox.dueTimes.size,
    suspects: model.suspects.length,
    tenantsThrottled: model.holds.tenants.size,
    throttleHolds: heldKeys.map(({ key, forMs }) => ({ key, until: isoOf(model.nowMs + forMs) })),
    deadDropped: model.deadDropped,
    reclaimed: model.reclaimed,
    repliesLost: 0,
    clockLeadMs: 0,
  };
}

function expectedTier(model: ProtocolModel, tier: Tier): TierStats {
  const inState = (state: StoredAction['state']) =>
    model.inState(state).filter((action) => action.tier === tierPriority(tier));
  const arrivals = inState('waiting').map(({ sinceMs }) => sinceMs);
  const bucket = Math.floor(Math.min(...arrivals) / BUCKET_MS);
  return {
    waiting: arrivals.length,
    active: inState('active').length,
    delayed: inState('delayed').length,
    dead: inState('dead').length,
    tenantsWaiting: model.scheduler.queuesIn(tierPriority(tier)),
    tenantsReady: readyIn(model, tier).size,
    ...(arrivals.length > 0 && { oldestMs: model.nowMs - bucket * BUCKET_MS }),
  };
}

function readyIn({ scheduler }: ProtocolModel, tier: Tier): ReadonlyMap<string, number> {
  return scheduler.tagsOf(tierPriority(tier));
}
