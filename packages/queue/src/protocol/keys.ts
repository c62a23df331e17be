import type { KeyFacts } from './key-facts.ts';
import { INBOX_FACTS, KEY_TABLE, type KeyName } from './key-table.ts';

/** A key as a script declares it: by name, or with `*` for the four keys of a table kept per tier. */
export type KeyRef = KeyName | `${KeyName}*`;

export const DEFAULT_PREFIX = 'nooble';

/**
 * Returns the full names of the tables that a script declares, in its order. Tables per tenant, action, process or day are
 * declared as a stem ending in `:`, to which a script appends a checked name.
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

/** One of several partitions of a domain, counted from 0. */
export interface PartitionName {
  readonly index: number;
  /** Number of partitions. It is part of the name, so no key has two meanings after it changes. */
  readonly of: number;
}

/**
 * Returns `<prefix>:{<domain>}:`, one Redis Cluster slot per domain, or `<prefix>:{<domain>/<count>.<index>}:`, one per
 * partition. Both names must have been checked.
 */
export function domainRoot(prefix: string, domain: string, partition?: PartitionName): string {
  const tag = partition ? `${domain}/${partition.of}.${partition.index}` : domain;
  return `${prefix}:{${tag}}:`;
}

/** Returns the key of the stream with the replies for one inbox. It has its own slot. */
export function inboxKey(prefix: string, inboxId: string): string {
  return `${prefix}:{inbox/${inboxId}}:${INBOX_FACTS.suffix}`;
}
