import type { Question } from '@nooble-examples/contracts';
import { assertTenantId } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { Passage } from './passages.ts';

/** Passages that wait for their vectors. */
export interface PendingPassages {
  readonly step: 'passages';
  readonly asked: AskedAction;
  readonly collection: string;
  readonly passages: readonly Passage[];
}

/** A question that waits for its vector. */
export interface PendingQuestion {
  readonly step: 'question';
  readonly asked: AskedAction;
  readonly question: Question;
}

export type PendingStep = PendingPassages | PendingQuestion;

/** Fields of the original action that are needed to answer it. */
export interface AskedAction {
  readonly tenantId: string;
  readonly actionId: string;
  readonly actionType: string;
  readonly answerQueue: string;
}

/** Result of an indexing action. */
export interface IndexingTotals {
  readonly documents: number;
  readonly passages: number;
}

const TTL_SECONDS = 86_400;
const MISSING = 'missing';
const DONE = 'done';

/**
 * Stores the step to run when a callback arrives: in Redis, by tenant and id of the action that was sent, so that any
 * process of the service can continue, even after a restart.
 */
export class PendingSteps {
  readonly #redis: RedisPool;
  readonly #prefix: string;

  constructor(redis: RedisPool, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async put(sentId: string, pending: PendingStep): Promise<void> {
    const key = this.#key(pending.asked.tenantId, 'step', sentId);
    await this.#redis.command().set(key, JSON.stringify(pending), 'EX', TTL_SECONDS);
  }

  /** Returns undefined for a callback that was already handled, or that belongs to another tenant. */
  async get(tenantId: string, sentId: string): Promise<PendingStep | undefined> {
    const json = await this.#redis.command().get(this.#key(tenantId, 'step', sentId));
    return json === null ? undefined : (JSON.parse(json) as PendingStep);
  }

  async delete(tenantId: string, sentId: string): Promise<void> {
    await this.#redis.command().del(this.#key(tenantId, 'step', sentId));
  }

  /**
   * Stores the parts of an indexing action and returns those that are not done. Can be repeated after a crash without
   * resetting parts that are done.
   */
  async begin(
    { tenantId, actionId }: AskedAction,
    sentIds: readonly string[],
    totals: IndexingTotals,
  ): Promise<ReadonlySet<string>> {
    const key = this.#key(tenantId, 'parts', actionId);
    const changes = this.#redis.command().multi();
    for (const id of sentIds) changes.hsetnx(key, id, MISSING);
    changes.hsetnx(key, 'totals', JSON.stringify(totals)).expire(key, TTL_SECONDS);
    await changes.exec();
    const states = await this.#redis.command().hgetall(key);
    return new Set(sentIds.filter((id) => states[id] !== DONE));
  }

  /** Marks a part as done. Returns the totals if no part is missing, also when the last part is repeated. */
  async finishPart(
    { tenantId, actionId }: AskedAction,
    sentId: string,
  ): Promise<IndexingTotals | undefined> {
    const key = this.#key(tenantId, 'parts', actionId);
    await this.#redis.command().multi().hset(key, sentId, DONE).expire(key, TTL_SECONDS).exec();
    const { totals, ...states } = await this.#redis.command().hgetall(key);
    if (totals === undefined || Object.values(states).includes(MISSING)) return undefined;
    return JSON.parse(totals) as IndexingTotals;
  }

  /** All keys of a tenant are in one Cluster slot. */
  #key(tenantId: string, kind: 'step' | 'parts', id: string): string {
    assertTenantId(tenantId);
    return `${this.#prefix}:query:{${tenantId}}:${kind}:${id}`;
  }
}
