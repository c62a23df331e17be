import type { KeyFacts } from './key-facts.ts';
import { INBOX_FACTS, KEY_TABLE, type KeyName } from './key-table.ts';

/**
 * A key as a script declares it: by name, with `*` for the four keys of a table kept per tier, or `root` for the start of all
 * names, to which the script appends those of tables per tenant, action, process or day (`lua/stems.json`).
 */
export type KeyRef = KeyName | `${KeyName}*` | 'root';

export const DEFAULT_PREFIX = 'nooble';

/**
 * Returns the full names of tables, in their order. Of tables per tenant, action, process or day it returns the stem ending in
 * `:`, to which a checked name is appended.
 */
export function keysOf(root: string, refs: readonly KeyRef[]): string[] {
  return refs.flatMap((ref) => {
    if (ref === 'root') return [root];
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
