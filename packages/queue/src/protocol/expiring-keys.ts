import type { KeyFacts } from './key-facts.ts';

/** Keys that are of no use after a time, and expire then. */
export const EXPIRING_KEYS = {
  minute: {
    suffix: 'minute',
    type: 'LIST',
    per: 'tenant',
    content: 'admission times (ms), newest first: up to the limit, and future slots',
    lifetime: '61 s after the newest',
  },
  day: {
    suffix: 'day',
    type: 'HASH',
    per: 'day',
    content: 'tenant → number of actions admitted on that UTC day',
    lifetime: 'two days',
  },
  idempotency: {
    suffix: 'once',
    type: 'STRING',
    per: 'tenant and key',
    content: 'action_id of an idempotency key (hashed)',
    lifetime: '24 hours',
  },
  seen: {
    suffix: 'seen',
    type: 'STRING',
    per: 'action',
    content: 'marks a received callback id',
    lifetime: '60 s',
  },
  kept: {
    suffix: 'kept',
    type: 'STRING',
    per: 'action',
    content: 'ending and tenant of an action enqueued with retainMs',
    lifetime: 'retainMs',
  },
  calls: {
    suffix: 'calls',
    type: 'HASH',
    per: 'process',
    content: 'call number modulo 64 → the number and its answer',
    lifetime: '10 minutes after the last call',
  },
} as const satisfies Record<string, KeyFacts>;
