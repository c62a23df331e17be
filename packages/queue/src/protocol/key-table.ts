/** One row of the key table: what lives under a key, and for how long. */
export interface KeyFacts {
  /** Part of the name after what `domainRoot` gives. */
  readonly suffix: string;
  readonly type: 'HASH' | 'LIST' | 'STREAM' | 'STRING' | 'ZSET';
  /** What a name is completed with: one key per domain, or one per tier, tenant, process, id. */
  readonly per?:
    'tier' | 'tenant' | 'tier and tenant' | 'process' | 'action' | 'day' | 'tenant and key';
  readonly content: string;
  readonly lifetime: string;
}

/** Every key of a domain. Scripts name rows of this table in their KEYS header; nothing else spells a key. */
export const KEY_TABLE = {
  state: {
    suffix: 'state',
    type: 'HASH',
    content:
      'the clock (µs) and its lead over the server, virtual times, turns per tier, mean time of an attempt, last look at leases, until when endings are kept, pause flag, format of the records, settings of the last worker',
    lifetime: 'as long as the domain',
  },
  partitions: {
    suffix: 'partitions',
    type: 'STRING',
    content: 'how many partitions the domain is cut into; absent for one',
    lifetime: 'as long as the domain',
  },
  actions: {
    suffix: 'actions',
    type: 'HASH',
    content: 'action_id → one header line (arrival, tier, tenant, cost, …) and the envelope',
    lifetime: 'until the action ends, and while it is dead',
  },
  run: {
    suffix: 'run',
    type: 'HASH',
    content:
      'action_id → token, tier, tenant, since, failures, stalls, redrives, cost; while it is put off, since when; what a claim charged for it',
    lifetime: 'from the first claim or delay until the end, and while it is dead',
  },
  queue: {
    suffix: 'queue',
    type: 'LIST',
    per: 'tier and tenant',
    content: '<arrival>.<action_id>, first in first out; with ! instead of the dot once it has run',
    lifetime: 'while not empty',
  },
  ready: {
    suffix: 'ready',
    type: 'ZSET',
    per: 'tier',
    content: 'tenant → start tag: exactly the tenants that may be served now',
    lifetime: 'while not empty',
  },
  parked: {
    suffix: 'parked',
    type: 'ZSET',
    per: 'tier',
    content: 'tenant → finish tag of those that left the ready index',
    lifetime: 'until virtual time passes the tag, or the index falls empty',
  },
  held: {
    suffix: 'held',
    type: 'HASH',
    content: 'tenant → why it is not served: c capped, p paused, s suspended',
    lifetime: 'while a reason holds',
  },
  active: {
    suffix: 'active',
    type: 'ZSET',
    content: 'action_id → lease deadline, ms',
    lifetime: 'from claim to settle',
  },
  delayed: {
    suffix: 'delayed',
    type: 'ZSET',
    content: 'action_id → when it is due, or expires if that is earlier, ms',
    lifetime: 'until due',
  },
  bookings: {
    suffix: 'bookings',
    type: 'HASH',
    content: 'action_id → slot, ms, booked ahead in the minute log, and 1 if its day counts it',
    lifetime: 'until due, or cancelled',
  },
  suspects: {
    suffix: 'suspects',
    type: 'LIST',
    content: '<arrival>!<action_id> of actions on their last permitted stall',
    lifetime: 'while not empty',
  },
  dead: {
    suffix: 'dead',
    type: 'ZSET',
    content: 'action_id → time of death, ms',
    lifetime: '14 days, the newest 100,000 (maxDeadAgeMs, maxDead)',
  },
  deaths: {
    suffix: 'deaths',
    type: 'HASH',
    content: 'action_id → the error it died of, wire JSON',
    lifetime: 'as its entry in dead',
  },
  outbox: {
    suffix: 'outbox',
    type: 'ZSET',
    content: 'callback id → time of its next delivery, ms',
    lifetime: 'until delivery is acknowledged',
  },
  messages: {
    suffix: 'messages',
    type: 'HASH',
    content: 'callback id → a finished callback, or an ending for a worker to turn into one',
    lifetime: 'as its entry in outbox',
  },
  revoked: {
    suffix: 'revoked',
    type: 'ZSET',
    content: '<action_id>:<token> of leases taken back → when, ms',
    lifetime: '1 hour',
  },
  inflight: {
    suffix: 'inflight',
    type: 'HASH',
    content: 'tenant → actions being run',
    lifetime: 'zeros are deleted',
  },
  depth: {
    suffix: 'depth',
    type: 'HASH',
    content: 'tenant → actions waiting or delayed',
    lifetime: 'zeros are deleted',
  },
  letters: {
    suffix: 'letters',
    type: 'HASH',
    content: 'tenant → dead letters',
    lifetime: 'zeros are deleted',
  },
  profiles: {
    suffix: 'profiles',
    type: 'HASH',
    content: 'tenant → weight and concurrency cap, where they are not the default',
    lifetime: 'while the tenant has actions waiting, delayed, active or dead',
  },
  paces: {
    suffix: 'paces',
    type: 'HASH',
    content: 'tenant → decayed mean time of an attempt, µs, where tenants share by time',
    lifetime: 'while the tenant has actions waiting, delayed, active or dead',
  },
  counts: {
    suffix: 'counts',
    type: 'HASH',
    content:
      'per tier: w waiting, d delayed, a active, x dead, t tenants with a queue, and b, 10-second arrival buckets of those that wait',
    lifetime: 'zeros are deleted',
  },
  minute: {
    suffix: 'minute',
    type: 'LIST',
    per: 'tenant',
    content: 'admission times, ms, newest first: up to the limit, and those booked ahead',
    lifetime: '61 s after the newest',
  },
  day: {
    suffix: 'day',
    type: 'HASH',
    per: 'day',
    content: 'tenant → actions admitted on that UTC day',
    lifetime: 'two days',
  },
  idempotency: {
    suffix: 'once',
    type: 'STRING',
    per: 'tenant and key',
    content: 'action_id that an idempotency key (hashed) stands for',
    lifetime: '24 hours',
  },
  seen: {
    suffix: 'seen',
    type: 'STRING',
    per: 'action',
    content: 'marks a callback id that was received',
    lifetime: '60 s',
  },
  kept: {
    suffix: 'kept',
    type: 'STRING',
    per: 'action',
    content: 'how an action ended, and whose it was, for those enqueued with retainMs',
    lifetime: 'retainMs',
  },
  calls: {
    suffix: 'calls',
    type: 'HASH',
    per: 'process',
    content: 'call number modulo 64 → the number and the answer it got',
    lifetime: '10 minutes after the last call',
  },
  wake: {
    suffix: 'wake',
    type: 'LIST',
    content: 'at most one token; idle workers block on it',
    lifetime: 'until taken',
  },
} as const satisfies Record<string, KeyFacts>;

/** The one key that belongs to no domain: `inboxKey` gives its name. */
export const INBOX_FACTS = {
  suffix: 'replies',
  type: 'STREAM',
  content: 'replies for one process until it has taken them, at most 20,000 and 64 MiB',
  lifetime: 'until its callers have stopped waiting, and a minute more',
} as const satisfies KeyFacts;

export type KeyName = keyof typeof KEY_TABLE;
