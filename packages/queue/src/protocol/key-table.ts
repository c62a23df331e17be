import { CONVERSATION_KEYS } from './conversation-keys.ts';
import { EXPIRING_KEYS } from './expiring-keys.ts';
import type { KeyFacts } from './key-facts.ts';
import { WHOLE_DOMAIN_KEYS } from './whole-domain-keys.ts';

/** All keys of a domain. Scripts refer to rows of this table in their KEYS header; no other file contains key names. */
export const KEY_TABLE = {
  state: {
    suffix: 'state',
    type: 'HASH',
    content:
      'clock (µs) and its lead over the server, virtual times, turns per tier, mean duration of an attempt, time of the last lease check, expiry of the last kept ending, first end of a hold of a tenant, throttle keys with the times until which they are held (at most 100) and the last of these times, pause flag, format of the records, settings of the last worker; of a domain that keeps its history its rule, its backlog and a gap',
    lifetime: 'permanent',
  },
  actions: {
    suffix: 'actions',
    type: 'HASH',
    content: 'action_id → header line (arrival, tier, tenant, cost, …) and envelope',
    lifetime: 'until the action ends, and while it is dead',
  },
  run: {
    suffix: 'run',
    type: 'HASH',
    content:
      'action_id → token, tier, tenant, since, failures, stalls, redrives, cost; start of its postponement, charge of its claim, process that runs it, flags',
    lifetime: 'from the first claim or delay until the end, and while it is dead',
  },
  queue: {
    suffix: 'queue',
    type: 'LIST',
    per: 'tier and tenant',
    content: '<arrival>.<action_id> in FIFO order; the dot is ! once the action has run',
    lifetime: 'while not empty',
  },
  ready: {
    suffix: 'ready',
    type: 'ZSET',
    per: 'tier',
    content: 'tenant → start tag, for the tenants that may be served now',
    lifetime: 'while not empty',
  },
  parked: {
    suffix: 'parked',
    type: 'ZSET',
    per: 'tier',
    content: 'tenant → finish tag, for tenants that left the ready index',
    lifetime: 'until virtual time passes the tag, or the index is empty',
  },
  held: {
    suffix: 'held',
    type: 'HASH',
    content: 'tenant → reasons why it is not served: c capped, p paused, s suspended, t throttled',
    lifetime: 'while there is a reason',
  },
  holds: {
    suffix: 'holds',
    type: 'ZSET',
    content: 'tenant → time at which it is no longer throttled (ms)',
    lifetime: 'until that time',
  },
  active: {
    suffix: 'active',
    type: 'ZSET',
    content: 'action_id → lease deadline (ms)',
    lifetime: 'from claim to settle',
  },
  delayed: {
    suffix: 'delayed',
    type: 'ZSET',
    content: 'action_id → time at which it is due, or expires if that is earlier (ms)',
    lifetime: 'until due',
  },
  bookings: {
    suffix: 'bookings',
    type: 'HASH',
    content: 'action_id → future slot in the minute log (ms), and 1 if it counts for its day',
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
    content: 'action_id → time of death (ms)',
    lifetime: '14 days, up to 100,000 (maxDeadAgeMs, maxDead)',
  },
  deaths: {
    suffix: 'deaths',
    type: 'HASH',
    content: 'action_id → its last error (wire JSON)',
    lifetime: 'that of its entry in dead',
  },
  outbox: {
    suffix: 'outbox',
    type: 'ZSET',
    content: 'callback id → time of its next delivery (ms)',
    lifetime: 'until delivery is acknowledged',
  },
  messages: {
    suffix: 'messages',
    type: 'HASH',
    content: 'callback id → a complete callback, or an ending that a worker turns into one',
    lifetime: 'that of its entry in outbox',
  },
  revoked: {
    suffix: 'revoked',
    type: 'ZSET',
    content: '<action_id>:<token> of a reclaimed lease → time of the reclaim (ms)',
    lifetime: '1 hour',
  },
  inflight: {
    suffix: 'inflight',
    type: 'HASH',
    content: 'tenant → number of running actions, without those whose handlers only wait',
    lifetime: 'zeros are deleted',
  },
  awaiting: {
    suffix: 'awaiting',
    type: 'HASH',
    content: 'tenant → number of active actions without a slot: their handlers only wait',
    lifetime: 'zeros are deleted',
  },
  depth: {
    suffix: 'depth',
    type: 'HASH',
    content: 'tenant → number of waiting or delayed actions',
    lifetime: 'zeros are deleted',
  },
  letters: {
    suffix: 'letters',
    type: 'HASH',
    content: 'tenant → number of dead letters',
    lifetime: 'zeros are deleted',
  },
  profiles: {
    suffix: 'profiles',
    type: 'HASH',
    content: 'tenant → weight and concurrency cap, if they differ from the default',
    lifetime: 'while the tenant has actions waiting, delayed, active or dead',
  },
  paces: {
    suffix: 'paces',
    type: 'HASH',
    content: 'tenant → decayed mean duration of an attempt (µs), if tenants share by time',
    lifetime: 'while the tenant has actions waiting, delayed, active or dead',
  },
  endings: {
    suffix: 'endings',
    type: 'STREAM',
    content:
      'of a domain that keeps its history: endings that no recorder has stored, as <number>-<bytes> → facts, action, result or error; gaps',
    lifetime: 'until a recorder has stored them',
  },
  attempts: {
    suffix: 'attempts',
    type: 'HASH',
    content:
      'of a domain that keeps its history: action_id → first claim, and time for which attempts have held a lease (µs)',
    lifetime: 'from the second attempt until the action ends',
  },
  counts: {
    suffix: 'counts',
    type: 'HASH',
    content:
      'per tier: w waiting, d delayed, a active, x dead, t tenants with a queue, and b, 10-second arrival buckets of waiting actions; numbers of dropped dead letters, lost replies and reclaimed leases',
    lifetime: 'zeros are deleted; what was dropped, lost or reclaimed stays counted',
  },
  followers: {
    suffix: 'followers',
    type: 'ZSET',
    per: 'action',
    content: 'inboxes that receive its chunks, at most 16 → time until which they do (ms)',
    lifetime: '30 s after the last inbox was added',
  },
  workers: {
    suffix: 'workers',
    type: 'ZSET',
    content: 'process of a worker → end of its registration (ms)',
    lifetime: '15 s after the last registration',
  },
  facts: {
    suffix: 'facts',
    type: 'HASH',
    content: 'process of a worker → host, pid, version, concurrency and running actions (JSON)',
    lifetime: '15 s after the last registration',
  },
  wake: {
    suffix: 'wake',
    type: 'LIST',
    content: 'at most one wake token, on which idle workers block',
    lifetime: 'until taken',
  },
  ...CONVERSATION_KEYS,
  ...EXPIRING_KEYS,
  ...WHOLE_DOMAIN_KEYS,
} as const satisfies Record<string, KeyFacts>;

/** The one key that belongs to no domain: `inboxKey` returns its name. */
export const INBOX_FACTS = {
  suffix: 'replies',
  type: 'STREAM',
  content:
    'replies and live chunks for one process until it has received them, at most 20,000 and 64 MiB',
  lifetime: 'until its callers stop waiting, plus one minute',
} as const satisfies KeyFacts;

export type KeyName = keyof typeof KEY_TABLE;
