import { isNoobleError } from '@nooble/errors';
import type { RedisPool } from '@nooble/redis';
import { AdmissionGate, refuse, type PendingAdmission } from './admission-gate.ts';
import { CallRings } from '../protocol/call-ring.ts';
import { groupBy } from '../protocol/group-by.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import type { AdmissionItem } from '../protocol/admission.ts';
import type { Verdict } from '../protocol/operations/enqueue.ts';
import type { DomainKeyspaces, Partitions } from '../protocol/partitions.ts';

export interface AdmissionsParts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
  /** @default separate rings */
  readonly rings?: CallRings;
}

/** Admits actions to domains. Actions of one turn of the event loop share a call. */
export class Admissions {
  readonly #parts: Required<AdmissionsParts>;
  /** By wake key. */
  readonly #gates = new Map<string, AdmissionGate>();
  /** Admissions of this turn of the event loop, by domain. */
  readonly #arrived = new Map<string, PendingAdmission[]>();

  constructor({ redis, partitions, rings = new CallRings() }: AdmissionsParts) {
    this.#parts = { redis, partitions, rings };
  }

  /** Returns the verdict of the domain's script. Rejects with RedisUnavailableError; it is safe to retry. */
  admit(domain: string, item: AdmissionItem): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      let arrived = this.#arrived.get(domain);
      if (!arrived) {
        this.#arrived.set(domain, (arrived = []));
        setImmediate(() => void this.#flush(domain));
      }
      arrived.push({ item, resolve, reject });
    });
  }

  async #flush(domain: string): Promise<void> {
    const arrived = this.#arrived.get(domain) ?? [];
    this.#arrived.delete(domain);
    try {
      const keyspaces = await this.#parts.partitions.of(domain);
      this.#distribute(keyspaces, arrived);
    } catch (error) {
      refuse(arrived, domain, isNoobleError(error) ? error.cause : error);
    }
  }

  #distribute(keyspaces: DomainKeyspaces, pending: readonly PendingAdmission[]): void {
    for (const [keyspace, own] of byKeyspace(keyspaces, pending)) this.#gate(keyspace).add(own);
  }

  #gate(keyspace: Keyspace): AdmissionGate {
    let gate = this.#gates.get(keyspace.wakeKey);
    if (!gate) {
      const { redis, rings } = this.#parts;
      gate = new AdmissionGate({
        redis,
        keyspace,
        ring: rings.of(keyspace),
        onMoved: async (pending) => this.#follow(keyspace, pending),
      });
      this.#gates.set(keyspace.wakeKey, gate);
    }
    return gate;
  }

  /** The partition count changed. Until repartitioning completes the domain is closed. */
  async #follow(left: Keyspace, pending: readonly PendingAdmission[]): Promise<void> {
    const { partitions } = this.#parts;
    partitions.forget(left.domain);
    const keyspaces = await partitions.of(left.domain);
    const isArranged = keyspaces.all.every(({ wakeKey }) => wakeKey !== left.wakeKey);
    if (isArranged) return this.#distribute(keyspaces, pending);
    for (const { resolve } of pending) resolve({ kind: 'closed' });
  }
}

function byKeyspace(
  keyspaces: DomainKeyspaces,
  pending: readonly PendingAdmission[],
): Iterable<[Keyspace, readonly PendingAdmission[]]> {
  if (keyspaces.all.length === 1) return [[keyspaces.all[0], pending]];
  return groupBy(pending, ({ item }) => keyspaces.of(item.tenantId));
}
