import type { Tier } from '@nooble/models';
import { parseRun, parseStored } from '../src/protocol/header.ts';
import { NUMBERED_TIERS, type Stored } from './stored.ts';

/** One stored action, and the tables that contain it. */
interface Seen {
  readonly tier: Tier;
  readonly tenantId: string;
  /** Its handler only waits. */
  readonly waits: boolean;
  /** Its sequence, as in the key. */
  readonly sequence: string | undefined;
  readonly places: readonly ('active' | 'delayed' | 'dead' | 'waiting')[];
}

/**
 * Recounts everything from the actions, the lists and the sorted sets. Returns every index and counter that differs; nothing
 * for a consistent domain.
 */
export async function audit(stored: Stored): Promise<string[]> {
  const problems: string[] = [];
  const expectSame = (what: string, found: unknown, truth: unknown): void => {
    const [a, b] = [JSON.stringify(found), JSON.stringify(truth)];
    if (a !== b) problems.push(`${what} is ${a} and should be ${b}`);
  };
  const lists = await readLists(stored);
  const actions = await readActions(stored, lists);
  for (const [id, { places }] of actions) expectSame(`places of ${id}`, places.length, 1);
  await auditSequences(stored, actions, expectSame);
  await auditIndexes(stored, lists, expectSame);
  await auditCounters(stored, { lists, actions: [...actions.values()] }, expectSame);
  const known = new Set(actions.keys());
  const runs = Object.keys(await stored.hash('run'));
  expectSame(
    'runs of unknown actions',
    runs.filter((id) => !known.has(id)),
    [],
  );
  const delayed = await stored.scores(stored.key('delayed'));
  const bookings = Object.keys(await stored.hash('bookings'));
  expectSame(
    'bookings of what is not delayed',
    bookings.filter((id) => !delayed.has(id)),
    [],
  );
  return problems;
}

type Compare = (what: string, found: unknown, truth: unknown) => void;

interface TenantList {
  readonly tier: Tier;
  readonly tenantId: string;
  readonly elements: readonly string[];
}

async function readLists(stored: Stored): Promise<TenantList[]> {
  const found = NUMBERED_TIERS.map(async ([tier]) => {
    const stem = stored.tierKey('queue', tier);
    const names = await stored.client.keys(`${stem}*`);
    return Promise.all(
      names.map(async (name) => {
        const elements = await stored.client.lrange(name, 0, -1);
        return { tier, tenantId: name.slice(stem.length), elements };
      }),
    );
  });
  return (await Promise.all(found)).flat();
}

type Place = Seen['places'][number];

async function readActions(
  stored: Stored,
  lists: readonly TenantList[],
): Promise<Map<string, Seen>> {
  const runs = await stored.hash('run');
  const suspects = await stored.client.lrange(stored.key('suspects'), 0, -1);
  const queued = new Set([...lists.flatMap(({ elements }) => elements), ...suspects]);
  const tables = await readTables(stored);
  const seen = new Map<string, Seen>();
  for (const [id, text] of Object.entries(await stored.hash('actions'))) {
    const { tier, tenantId, arrivalUs } = parseStored(text);
    const run = runs[id];
    const element = `${run === undefined ? `${arrivalUs}.` : `${parseRun(run).sinceUs}!`}${id}`;
    const places = tables.flatMap(([place, ids]) => (ids.has(id) ? [place] : []));
    if (queued.has(element)) places.push('waiting');
    const [, hash] = /^(?:\S+ ){8}(\w+)$/.exec(text.split('\n')[0] ?? '') ?? [];
    const sequence = hash === undefined ? undefined : `${tenantId}:${hash}`;
    const waits = run !== undefined && parseRun(run).flags.includes('w');
    seen.set(id, { tier, tenantId, waits, sequence, places });
  }
  return seen;
}

/** The places other than queues, with the ids of the actions there. */
async function readTables(stored: Stored): Promise<(readonly [Place, ReadonlySet<string>])[]> {
  const named = (['active', 'delayed', 'dead'] as const).map(async (name) => {
    const scores = await stored.scores(stored.key(name));
    return [name, new Set(scores.keys())] as const;
  });
  const sequences = [...(await stored.sequences()).values()];
  const blocked = sequences.flatMap(([_leader, ...others]) => others);
  return [...(await Promise.all(named)), ['waiting', new Set(blocked)]];
}

/** Every action of a sequence is in it, unless it is dead or has never been due: so the others wait behind a leader. */
async function auditSequences(
  stored: Stored,
  actions: ReadonlyMap<string, Seen>,
  expectSame: Compare,
): Promise<void> {
  const sequences = await stored.sequences();
  const members = new Map([...sequences].flatMap(([name, ids]) => ids.map((id) => [id, name])));
  for (const [id, name] of members)
    expectSame(`sequence of ${id}`, actions.get(id)?.sequence, name);
  const missing = [...actions].filter(
    ([
      id,
      {
        sequence,
        places: [place],
      },
    ]) => sequence !== undefined && !members.has(id) && place !== 'dead' && place !== 'delayed',
  );
  expectSame(
    'actions outside of their sequence',
    missing.map(([id]) => id),
    [],
  );
  const behind = [...sequences.values()].flatMap(([_leader, ...others]) => others);
  expectSame('blocked actions', (await stored.blocked()).toSorted(), behind.toSorted());
  const dead = [...members.keys()].filter((id) => actions.get(id)?.places.includes('dead'));
  expectSame('dead letters in a sequence', dead, []);
}

/** A tenant is in the ready index of a tier iff its list there is not empty and nothing holds it. */
async function auditIndexes(
  stored: Stored,
  lists: readonly TenantList[],
  expectSame: Compare,
): Promise<void> {
  const held = await stored.hash('held');
  for (const [tier] of NUMBERED_TIERS) {
    const ready = [...(await stored.ready(tier)).keys()];
    const truth = lists.filter((list) => list.tier === tier && !(list.tenantId in held));
    expectSame(`ready in ${tier}`, ready.sort(), truth.map(({ tenantId }) => tenantId).sort());
    const parked = await stored.scores(stored.tierKey('parked', tier));
    expectSame(
      `parked and ready in ${tier}`,
      ready.filter((tenant) => parked.has(tenant)),
      [],
    );
  }
}

async function auditCounters(
  stored: Stored,
  { lists, actions }: { lists: readonly TenantList[]; actions: readonly Seen[] },
  expectSame: Compare,
): Promise<void> {
  const at = (...places: readonly string[]) =>
    actions.filter((action) => places.includes(action.places[0] ?? ''));
  const depth = tally(at('waiting', 'delayed').map(({ tenantId }) => tenantId));
  const [waiting, running] = [true, false].map((waits) =>
    tally(at('active').flatMap((each) => (each.waits === waits ? [each.tenantId] : []))),
  );
  const inflight = running ?? {};
  expectSame('depth', sorted(await stored.hash('depth')), sorted(depth));
  expectSame('inflight', sorted(await stored.hash('inflight')), sorted(inflight));
  expectSame('awaiting', sorted(await stored.hash('awaiting')), sorted(waiting ?? {}));
  const letters = tally(at('dead').map(({ tenantId }) => tenantId));
  expectSame('letters', sorted(await stored.hash('letters')), sorted(letters));
  const idle = Object.keys(await stored.hash('profiles')).filter(
    (tenantId) =>
      !(tenantId in depth) &&
      !(tenantId in inflight) &&
      !(tenantId in letters) &&
      !(tenantId in (waiting ?? {})),
  );
  expectSame('profiles of idle tenants', idle, []);
  const kept = Object.entries(await stored.hash('counts')).filter(
    ([name]) => !['trimmed', 'lost', 'reclaimed'].includes(name),
  );
  const counts = kept.filter(([name]) => !name.startsWith('b'));
  const initials = { waiting: 'w', delayed: 'd', active: 'a', dead: 'x' } as const;
  const truth = NUMBERED_TIERS.flatMap(([tier, number]) => [
    ...Object.entries(initials).flatMap(([place, letter]) =>
      at(place).flatMap((action) => (action.tier === tier ? [`${letter}${number}`] : [])),
    ),
    ...lists.flatMap((list) => (list.tier === tier ? [`t${number}`] : [])),
  ]);
  expectSame('counts', sorted(Object.fromEntries(counts)), sorted(tally(truth)));
  for (const [tier, number] of NUMBERED_TIERS) {
    const buckets = kept.filter(([name]) => name.startsWith(`b${number}`));
    const waiting = at('waiting').filter((action) => action.tier === tier).length;
    expectSame(
      `arrivals of ${tier}`,
      buckets.map(([, count]) => Number(count)).reduce((a, b) => a + b, 0),
      waiting,
    );
  }
}

function tally(names: readonly string[]): Record<string, string> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].map(([name, count]) => [name, String(count)]));
}

function sorted(fields: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}
