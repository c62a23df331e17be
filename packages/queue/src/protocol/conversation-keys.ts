import type { KeyFacts } from './key-facts.ts';

/** Rows of the key table for what an action has beside its queue: its sequence, children, words, journal and stream. */
export const CONVERSATION_KEYS = {
  sequence: {
    suffix: 'sequence',
    type: 'ZSET',
    per: 'tenant and sequence',
    content:
      'action_id → its place (µs) in a sequence (hashed): the first leads, the others are blocked',
    lifetime: 'while not empty',
  },
  blocked: {
    suffix: 'sequence',
    type: 'ZSET',
    per: 'tenant',
    content:
      'action_id → its place (µs), for the actions that wait in a sequence behind its leader',
    lifetime: 'while not empty',
  },
  children: {
    suffix: 'children',
    type: 'SET',
    per: 'action',
    content: 'domain and action_id of the child actions it has sent, up to 10,000',
    lifetime: 'until the action ends; after a cancellation a minute more; at most 24 hours',
  },
  words: {
    suffix: 'words',
    type: 'LIST',
    per: 'process',
    content: 'words for a worker about actions that it runs, up to 1,000',
    lifetime: '60 s after the last word',
  },
  journal: {
    suffix: 'journal',
    type: 'HASH',
    per: 'action',
    content:
      'what the names of a handler stand for, and =<name> → what they resolved to; at most 1,000 names and 1 MiB',
    lifetime: 'until the action ends, and while it is dead',
  },
  stream: {
    suffix: 'stream',
    type: 'STREAM',
    per: 'action',
    content:
      'chunks of its last attempt that emitted some, at most 65,536 and 4 MiB, and the ending of the action',
    lifetime: '10 minutes after the end; a week after its last attempt began to emit',
  },
} as const satisfies Record<string, KeyFacts>;
