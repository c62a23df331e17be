import { createHash } from 'node:crypto';
import { TIERS } from '@nooble/models';
import { parseRun } from '../../src/protocol/header.ts';
import { sequenceHashOf } from '../../src/admission/sequence.ts';
import { actionOf } from '../fixture.ts';
import { NUMBERED_TIERS, type Stored } from '../stored.ts';

/** The records of a domain in Redis, in the form of the model. */
export interface StoredState {
  /** State of each action, with its time and its attempts. */
  readonly actions: Readonly<Record<string, ActionState>>;
  /** By action id. */
  readonly journals: Readonly<Record<string, JournalState>>;
  /** Ids in their order. */
  readonly suspects: readonly string[];
  /** Tenant and sequence → ids in their order. */
  readonly sequences: ReadonlyMap<string, readonly string[]>;
  /** Tenant → weight and cap. */
  readonly profiles: Readonly<Record<string, string>>;
  /** Tenant → decayed mean time of its attempts (µs). */
  readonly paces: Readonly<Record<string, string>>;
  /** Callback id → when it is handed out next. */
  readonly outbox: ReadonlyMap<string, number>;
  /** Per tier, tenant → start tag. */
  readonly ready: readonly ReadonlyMap<string, number>[];
  readonly times: {
    readonly services: number;
    readonly clock: number;
    readonly tiers: readonly {
      readonly virtualTime: number;
      readonly lastService: number;
      readonly startTag: number;
    }[];
  };
  /** For today and tomorrow: tenant → number of admissions. */
  readonly usage: readonly Readonly<Record<string, string>>[];
  /** Tenant and idempotency key → action id. */
  readonly keys: Readonly<Record<string, string>>;
  /** Number of tokens for idle workers. */
  readonly tokens: number;
}

export interface ActionState {
  /** For example `waiting` or `active until 1795694430000`. */
  readonly place: string;
  readonly failures: number;
  readonly stalls: number;
  readonly redrives: number;
  readonly throttledSinceMs: number;
  readonly unhandledSinceMs: number;
  /** Letters in their order. */
  readonly flags: string;
}

export interface JournalState {
  readonly fields: Fields;
  /** Stored number of fields, and their bytes. */
  readonly size: string;
  readonly expires: boolean;
}

type Fields = Readonly<Record<string, string>>;
type Tables = [
  string[],
  Fields,
  string[],
  Fields,
  Fields,
  number,
  Fields,
  Fields,
  (string | null)[],
  Fields,
];

/** Reads the state; of the idempotency keys only those given, as `<tenant> <key>`, and of the journals those of these ids. */
export async function readState(
  stored: Stored,
  names: {
    today: number;
    keyNames: readonly string[];
    sequenceNames: readonly string[];
    ids: readonly string[];
  },
): Promise<StoredState> {
  const { today, keyNames, sequenceNames, ids: all } = names;
  const pipeline = stored.client
    .pipeline()
    .hkeys(stored.key('actions'))
    .hgetall(stored.key('run'))
    .lrange(stored.key('suspects'), 0, -1)
    .hgetall(stored.key('profiles'))
    .hgetall(stored.key('state'))
    .llen(stored.key('wake'))
    .hgetall(stored.key('day', String(today)))
    .hgetall(stored.key('day', String(today + 1)))
    .mget(keyNames.map((name) => onceKey(stored, name)))
    .hgetall(stored.key('paces'));
  for (const name of ['outbox', 'active', 'delayed', 'dead'] as const) {
    pipeline.zrange(stored.key(name), 0, -1, 'WITHSCORES');
  }
  for (const tier of TIERS) pipeline.zrange(stored.tierKey('ready', tier), 0, -1, 'WITHSCORES');
  for (const name of sequenceNames) pipeline.zrange(sequenceKey(stored, name), 0, -1);
  const replies = ((await pipeline.exec()) ?? []).map(([, reply]) => reply);
  const [ids, runs, suspects, profiles, state, tokens, used, booked, taken, paces] =
    replies as Tables;
  const [outbox, active, delayed, dead, ...ready] = replies.slice(10, 18).map(scoresOf);
  const sequences = sequenceNames.map((name, at) => [name, replies[18 + at] as string[]] as const);
  const places = Object.entries({ active, delayed, dead });
  const actionOf = (id: string) => {
    const found = places.flatMap(([name, times]) =>
      times?.has(id) ? [`${name} ${times.get(id)}`] : [],
    );
    return [id, { place: found.join() || 'waiting', ...attemptsOf(runs[id]) }] as const;
  };
  return {
    journals: await readJournals(stored, all),
    actions: Object.fromEntries(ids.map(actionOf)),
    suspects: suspects.map((element) => element.slice(element.indexOf('!') + 1)),
    sequences: new Map(sequences.filter(([, members]) => members.length > 0)),
    profiles,
    paces,
    outbox: outbox ?? new Map(),
    ready,
    times: timesOf(state),
    usage: [used, booked],
    keys: Object.fromEntries(
      taken.flatMap((id, index) => (id === null ? [] : [[keyNames[index] ?? '', id]])),
    ),
    tokens,
  };
}

async function readJournals(
  stored: Stored,
  ids: readonly string[],
): Promise<Record<string, JournalState>> {
  const pipeline = stored.client.pipeline();
  for (const id of ids) {
    const name = stored.key('journal', id);
    pipeline.hgetall(name).pttl(name);
  }
  const replies = ((await pipeline.exec()) ?? []).map(([, reply]) => reply);
  const found = ids.map((id, index) => {
    const [{ '': size = '', ...fields }, lifetimeMs] = replies.slice(2 * index) as [Fields, number];
    return [id, { fields, size, expires: lifetimeMs >= 0 }] as const;
  });
  // An early journal names its action after its size.
  const journals = found.map(([id, { size, ...rest }]) => {
    return [id, { ...rest, size: size.split(' ').slice(0, 2).join(' ') }] as const;
  });
  return Object.fromEntries(journals.filter(([, { size }]) => size !== ''));
}

function onceKey(stored: Stored, name: string): string {
  const [tenant = '', key = ''] = name.split(' ');
  return stored.key('idempotency', `${tenant}:${createHash('sha256').update(key).digest('hex')}`);
}

function sequenceKey(stored: Stored, name: string): string {
  const [tenant = '', sequence = ''] = name.split(':');
  const hash = sequenceHashOf(actionOf({ tenantId: tenant, sequence, sessionId: 's' }));
  return stored.key('sequence', `${tenant}:${hash}`);
}

function attemptsOf(run: string | undefined): Omit<ActionState, 'place'> {
  const facts = parseRun(run ?? '');
  const { failures, stalls, redrives, throttledSinceMs, unhandledSinceMs } = facts;
  // The streams are compared apart.
  const flags = facts.flags.replace('e', '').split('').toSorted().join('');
  return { failures, stalls, redrives, throttledSinceMs, unhandledSinceMs, flags };
}

/** `turns` contains: number of turns, virtual time, then the last turn and the tag of each tier. */
function timesOf({ turns = '', ...state }: Fields): StoredState['times'] {
  const [services = 0, clock = 0, ...ofTiers] = turns.split(' ').map(Number);
  return {
    services,
    clock,
    tiers: NUMBERED_TIERS.map(([, tier]) => ({
      virtualTime: Number(state[`v${tier}`] ?? 0),
      lastService: ofTiers[2 * tier - 2] ?? 0,
      startTag: ofTiers[2 * tier - 1] ?? 0,
    })),
  };
}

function scoresOf(reply: unknown): Map<string, number> {
  const cells = reply as string[];
  return new Map(cells.flatMap((cell, at) => (at % 2 ? [] : [[cell, Number(cells[at + 1])]])));
}
