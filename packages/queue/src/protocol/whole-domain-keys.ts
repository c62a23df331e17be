import type { KeyFacts } from './key-facts.ts';

/** Keys that belong to a domain as a whole, however many partitions it has. */
export const WHOLE_DOMAIN_KEYS = {
  partitions: {
    suffix: 'partitions',
    type: 'STRING',
    content: 'number of partitions; absent if there is one',
    lifetime: 'permanent',
  },
  slots: {
    suffix: 'slots',
    type: 'ZSET',
    content:
      '<tenant> <name> of a schedule → time at which its slot is due, or handed out again (ms)',
    lifetime: 'until the schedule is removed',
  },
  schedules: {
    suffix: 'schedules',
    type: 'HASH',
    per: 'tenant',
    content:
      'name → slot (ms), when it was first and last handed out, revision; times, and the action to send',
    lifetime: 'until the schedule is removed',
  },
  reporter: {
    suffix: 'reporter',
    type: 'STRING',
    content: 'the process that reads the metrics of the domain',
    lifetime: 'until it has not reported for some time',
  },
  next_slot: {
    suffix: 'next-slot',
    type: 'STRING',
    content: 'time of the first entry in slots (ms)',
    lifetime: 'while there are schedules',
  },
} as const satisfies Record<string, KeyFacts>;
