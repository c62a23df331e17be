import type { Question } from '@nooble-examples/contracts';
import type { RedisPool } from '@nooble/redis';
import type { Passage } from './passages.ts';

/** Passages of an indexing that wait for their vectors. */
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

/** The action that began it, as far as its answer needs it. */
export interface AskedAction {
  readonly actionId: string;
  readonly actionType: string;
  readonly answerQueue: string;
}

/** What an indexing amounts to. */
export interface IndexingTotals {
  readonly documents: number;
  readonly passages: number;
}

const TTL_SECONDS = 86_400;

/**
 * What this service does next when a callback arrives. It is in Redis, under the id of the action that
 * was sent, so that any process of the service can go on, also after a restart.
 */
export class PendingSteps {
  readonly #redis: RedisPool;
  readonly #prefix: string;

  constructor(redis: RedisPool, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async put(sentId: string, pending: PendingPassages | PendingQuestion): Promise<void> {
    const json = JSON.stringify(pending);
    await this.#redis.command().set(this.#stepKey(sentId), json, 'EX', TTL_SECONDS);
  }

  /** Undefined for a callback that was dealt with before. */
  async get(sentId: string): Promise<PendingPassages | PendingQuestion | undefined> {
    const json = await this.#redis.command().get(this.#stepKey(sentId));
    return json === null ? undefined : (JSON.parse(json) as PendingPassages | PendingQuestion);
  }

  async delete(sentId: string): Promise<void> {
    await this.#redis.command().del(this.#stepKey(sentId));
  }

  /** Remembers which parts an indexing consists of. */
  async begin(askedId: string, sentIds: readonly string[], totals: IndexingTotals): Promise<void> {
    const key = this.#partsKey(askedId);
    const parts = Object.fromEntries(sentIds.map((id) => [id, '']));
    const fields = { ...parts, totals: JSON.stringify(totals) };
    await this.#redis.command().multi().hset(key, fields).expire(key, TTL_SECONDS).exec();
  }

  /** Ticks a part off; the totals once none is left, and as often as the last part is repeated. */
  async finishPart(askedId: string, sentId: string): Promise<IndexingTotals | undefined> {
    const key = this.#partsKey(askedId);
    await this.#redis.command().hdel(key, sentId);
    const rest = await this.#redis.command().hgetall(key);
    const { totals, ...parts } = rest;
    if (totals === undefined || Object.keys(parts).length > 0) return undefined;
    return JSON.parse(totals) as IndexingTotals;
  }

  #stepKey(sentId: string): string {
    return `${this.#prefix}:query:step:${sentId}`;
  }

  #partsKey(askedId: string): string {
    return `${this.#prefix}:query:parts:${askedId}`;
  }
}
