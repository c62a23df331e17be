import { assertActionId, isActionId, isDomain } from '@nooble/models';
import { asRedisUnavailable, type RedisPool } from '@nooble/redis';
import type { Word } from '../broker.ts';
import type { CallId, CallRings } from '../protocol/call-ring.ts';
import { askOnce } from '../protocol/calling.ts';
import { batchesOf } from '../protocol/chunks.ts';
import { groupBy } from '../protocol/group-by.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { cancelCall, readCancelled } from '../protocol/operations/cancel.ts';
import { childOf, type ChildRef } from '../protocol/operations/children.ts';
import type { Partitions } from '../protocol/partitions.ts';
import type { Outgoing } from './delivery.ts';

/** Number of child actions that are read and cancelled at a time. */
const STEP = 100;
/** Time for which the directory stays after all were cancelled (ms): its worker may have sent one of them since. */
const CANCELLED_TTL_MS = 60_000;

interface Parts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
  readonly rings: CallRings;
}

/** An action that was cancelled. */
export interface CancelledParent {
  readonly actionId: string;
  readonly tenantId: string;
}

/** Cancels the child actions of cancelled actions, in all domains. Repeating it does no harm. */
export class ChildCancels {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Cancels the child actions of a tenant's action, which is in `keyspace`. Throws RedisUnavailableError if the domain of one
   * cannot be reached; the others are cancelled then as well. Returns false if it has sent none: then nothing requested this.
   */
  async cancel(keyspace: Keyspace, { actionId, tenantId }: CancelledParent): Promise<boolean> {
    assertActionId(actionId);
    const key = keyspace.childrenKey(actionId);
    const attempted = `cancel the child actions of action "${actionId}"`;
    const failures: unknown[] = [];
    let count = 0;
    try {
      const redis = this.#parts.redis.command();
      for (let cursor = ''; cursor !== '0';) {
        const [next, texts] = await redis.sscan(key, cursor || '0', 'COUNT', STEP);
        failures.push(...(await this.#cancelAll(texts, tenantId)));
        cursor = next;
        count += texts.length;
      }
      if (failures.length === 0 && count > 0) await redis.pexpire(key, CANCELLED_TTL_MS);
    } catch (error) {
      failures.push(error);
    }
    if (failures.length > 0) throw asRedisUnavailable(failures[0], attempted);
    return count > 0;
  }

  /** Returns the errors. */
  async #cancelAll(texts: readonly string[], tenantId: string): Promise<readonly unknown[]> {
    const children = texts.map(childOf).filter((child) => isChild(child));
    const work = [...groupBy(children, ({ domain }) => domain)].map(async ([domain, own]) =>
      this.#cancelIn(
        domain,
        own.map(({ actionId }) => actionId),
        tenantId,
      ),
    );
    const results = await Promise.allSettled(work);
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  }

  /** Looks again for the partition of its tenant only if one is unknown there: most have ended, but it may have moved. */
  async #cancelIn(domain: string, actionIds: readonly string[], tenantId: string): Promise<void> {
    const { partitions } = this.#parts;
    const known = (await partitions.of(domain)).of(tenantId);
    const others = await this.#cancelAt(known, actionIds, tenantId);
    if (others.length === 0) return;
    const now = (await partitions.lookAgain(domain)).of(tenantId);
    if (now.wakeKey !== known.wakeKey) await this.#cancelAt(now, others, tenantId);
  }

  /** Returns the ids of unknown actions. */
  async #cancelAt(
    keyspace: Keyspace,
    actionIds: readonly string[],
    tenantId: string,
  ): Promise<readonly string[]> {
    const { redis, rings } = this.#parts;
    const unknown: string[] = [];
    for (const batch of batchesOf(actionIds, () => 0)) {
      const callOf = (id: CallId) => cancelCall(keyspace, { id, tenantId, actionIds: batch });
      const attempted = `cancel child actions of ${keyspace.title}`;
      const call = { ring: rings.of(keyspace), callOf, attempted };
      const results = readCancelled(await askOnce(redis, call));
      unknown.push(...batch.filter((_, index) => results[index] === 'unknown'));
    }
    return unknown;
  }
}

/** Any process may have written the directory. */
function isChild(child: Partial<ChildRef>): child is ChildRef {
  return isDomain(child.domain) && isActionId(child.actionId);
}

/** Returns the request to cancel the child actions of the action of a word; undefined for other words. */
export function childrenRequest({ verb, actionId, details }: Word): Outgoing | undefined {
  const [token, tenantId] = details;
  if (verb !== 'cancel' || token === undefined || tenantId === undefined) return undefined;
  return {
    callbackId: `${actionId}.ch${token}`,
    delivery: { to: 'children', actionId, tenantId },
  };
}
