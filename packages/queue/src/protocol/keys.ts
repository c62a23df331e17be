import { INBOX_FACTS, KEY_TABLE, type KeyFacts, type KeyName } from './key-table.ts';

/** How a script declares a key: by name, or with `*` for the four of a table kept per tier. */
export type KeyRef = KeyName | `${KeyName}*`;

export const DEFAULT_PREFIX = 'nooble';

/**
 * Full names of the tables a script declares, in its order. Tables per tenant, action, process or
 * day are declared as a stem ending in `:`, to which a script appends a checked name.
 */
export function keysOf(root: string, refs: readonly KeyRef[]): string[] {
  return refs.flatMap((ref) => {
    const facts: KeyFacts = KEY_TABLE[ref.replace('*', '') as KeyName];
    const stem = facts.per === undefined || facts.per === 'tier' ? '' : ':';
    const names = ref.endsWith('*')
      ? ['1', '2', '3', '4'].map((tier) => `${facts.suffix}:${tier}`)
      : [facts.suffix];
    return names.map((name) => root + name + stem);
  });
}

/** One of several parts of a domain, counted from 0. */
export interface PartitionName {
  readonly index: number;
  /** How many there are; part of the name, so that a change of the number leaves no key with two meanings. */
  readonly of: number;
}

/**
 * `<prefix>:{<domain>}:`, one Redis Cluster slot per domain, or `<prefix>:{<domain>/<count>.<index>}:`, one per
 * partition. Both names must be checked before.
 */
export function domainRoot(prefix: string, domain: string, partition?: PartitionName): string {
  const tag = partition ? `${domain}/${partition.of}.${partition.index}` : domain;
  return `${prefix}:{${tag}}:`;
}

/** The stream that holds the replies for one inbox, in a slot of its own. */
export function inboxKey(prefix: string, inboxId: string): string {
  return `${prefix}:{inbox/${inboxId}}:${INBOX_FACTS.suffix}`;
}
