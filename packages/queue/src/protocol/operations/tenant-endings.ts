import type { ScriptCall } from '@nooble/redis';
import type { Keyspace } from '../keyspace.ts';
import { readEndings, type HistoryEnding } from './endings-read.ts';

/** Entries that a call looks at. */
const PAGE = 200;

/** A page of the endings that no recorder has stored. */
export interface EndingsPage {
  /** By the clock of the domain (Unix ms). */
  readonly nowMs: number;
  /** Id of the entry after which the next page begins; undefined after the last page. */
  readonly after: string | undefined;
  /** Number of endings of the tenant. */
  readonly count: number;
  /** Empty if they were removed. */
  readonly endings: readonly HistoryEnding[];
}

/** Returns the call that removes or returns the endings of a tenant among a page of entries. */
export function tenantEndingsCall(
  keyspace: Keyspace,
  { verb, tenantId, after }: { verb: 'remove' | 'read'; tenantId: string; after: string },
): ScriptCall {
  return keyspace.call('tenant_endings', [tenantId, verb, after, PAGE]);
}

export function readEndingsPage(domain: string, reply: unknown): EndingsPage {
  const [now, after = '', count, ...cells] = reply as string[];
  const entries = readEndings(domain, [now, ...cells]);
  return {
    nowMs: Number(now),
    after: after === '' ? undefined : after,
    count: Number(count),
    endings: entries.filter((entry) => entry.kind === 'ending'),
  };
}
