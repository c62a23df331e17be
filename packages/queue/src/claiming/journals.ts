import { LeaseLostError } from '@nooble/errors';
import type { RedisPool } from '@nooble/redis';
import type { Lease } from '../broker.ts';
import { ask } from '../protocol/calling.ts';
import { JOURNAL_LIMITS, journalFull } from '../protocol/journal-limits.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import type { Share } from '../protocol/operations/claim.ts';
import { readRecalled, readRecorded, readResumed } from '../protocol/operations/journal.ts';
import { recallCall, recordCall, resumeCall } from '../protocol/operations/journal.ts';
import type { JournalFields, Resumed } from '../protocol/operations/journal.ts';
import type { Partitions } from '../protocol/partitions.ts';

/** The journals of the actions of a domain, under the leases of a worker. All methods throw RedisUnavailableError. */
export interface Journals {
  /** Returns the fields written so far. Throws LeaseLostError. */
  recall(lease: Lease): Promise<ReadonlyMap<string, string>>;
  /**
   * Writes fields; the first write of each counts. With awaited names the handler only waits: it gives up its slot, unless one
   * of them has its answer. Throws LeaseLostError and PayloadTooLargeError.
   */
  record(
    lease: Lease,
    fields: JournalFields,
    awaited: readonly string[],
  ): Promise<'written' | 'waiting' | 'answered'>;
  /** Takes the slot again, and returns the answers that have come. Throws LeaseLostError. */
  resume(lease: Lease, names: readonly string[]): Promise<Resumed>;
}

/** Dependencies of the journals. */
export interface JournalParts {
  readonly domain: string;
  readonly redis: RedisPool;
  readonly partitions: Partitions;
  readonly rules: { readonly share: Share; readonly maxStalls: number };
}

export class RedisJournals implements Journals {
  readonly #parts: JournalParts;

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  async recall(lease: Lease): Promise<ReadonlyMap<string, string>> {
    const call = recallCall(await this.#keyspaceOf(lease), lease);
    const fields = readRecalled(await ask(this.#parts.redis, call, attemptedTo('read', lease)));
    if (!fields) throw new LeaseLostError(lease);
    return fields;
  }

  async record(
    lease: Lease,
    fields: JournalFields,
    awaited: readonly string[],
  ): Promise<'written' | 'waiting' | 'answered'> {
    const { redis, rules } = this.#parts;
    const { actionId, token } = lease;
    const row = { actionId, token, share: rules.share, fields, awaited };
    const call = recordCall(await this.#keyspaceOf(lease), row);
    const recorded = readRecorded(await ask(redis, call, attemptedTo('write', lease)));
    if (recorded.status === 'lost') throw new LeaseLostError(lease);
    if (recorded.status !== 'full') return recorded.status;
    const { names, bytes } = recorded;
    throw journalFull(actionId, names > JOURNAL_LIMITS.names ? { names } : { bytes });
  }

  async resume(lease: Lease, names: readonly string[]): Promise<Resumed> {
    const { redis, rules } = this.#parts;
    const call = resumeCall(await this.#keyspaceOf(lease), lease, { ...rules, names });
    const resumed = readResumed(await ask(redis, call, attemptedTo('resume', lease)), names);
    if (resumed.status === 'lost') throw new LeaseLostError(lease);
    return resumed;
  }

  async #keyspaceOf({ tenantId }: Lease): Promise<Keyspace> {
    const { partitions, domain } = this.#parts;
    return (await partitions.of(domain)).of(tenantId);
  }
}

function attemptedTo(verb: string, { actionId }: Lease): string {
  return `${verb} the journal of action "${actionId}"`;
}
