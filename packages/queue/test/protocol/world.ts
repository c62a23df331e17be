import { randomUUID } from 'node:crypto';
import { TIERS, type DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type {
  ClaimedAction,
  Outcome as BrokerOutcome,
  QueueBroker,
  Settlement,
} from '../../src/broker.ts';
import type { TenantEntry } from '../../src/admission/directory.ts';
import { DomainQueueManager } from '../../src/manager.ts';
import type { Journals } from '../../src/claiming/journals.ts';
import type { Answer } from '../../src/delivery/answer.ts';
import { writeAnswer, type AnswerParts } from '../../src/delivery/answers.ts';
import type { Answered } from '../../src/protocol/operations/journal.ts';
import { Partitions } from '../../src/protocol/partitions.ts';
import { openJournals } from '../../src/worker-queues.ts';
import { createBroker, type PartitionedBroker } from '../../src/claiming/partitioned-broker.ts';
import { actionOf, failure } from '../fixture.ts';
import { Stored } from '../stored.ts';
import { unreliable, type Fate } from '../unreliable.ts';
import type { ModelSettlement, NewAction } from './action.ts';
import { MovedTime } from './moved-time.ts';
import {
  LEASE_MS,
  WORKERS,
  type ProtocolModel,
  type Setting,
  type TenantSetting,
} from './protocol-model.ts';

interface Worker {
  readonly broker: PartitionedBroker;
  /** Fates of its next round trips. */
  readonly course: Fate[];
}

/** A real domain with its workers, and the caller that is notified of endings. */
export class World {
  readonly queues: DomainQueueManager;
  readonly stored: Stored;
  readonly time: MovedTime;
  readonly prefix = `test-${randomUUID()}`;
  /** All claims that a worker received, in the order of the model's. */
  readonly claimed: ClaimedAction[] = [];
  readonly caller: QueueBroker;
  /** The journals of both workers. */
  readonly journals: Journals;
  readonly #redis: RedisPool;
  readonly #answers: AnswerParts;
  readonly #setting: Setting;
  readonly #tenants = new Map<string, TenantEntry>();
  readonly #workers: Worker[];

  constructor(redis: RedisPool, setting: Setting, nowMs: number) {
    const { prefix } = this;
    this.#redis = redis;
    this.#setting = setting;
    for (const [tenant, each] of Object.entries(setting.tenants)) this.setTenant(tenant, each);
    const directory = { resolve: (tenantId: string) => this.#tenants.get(tenantId) };
    this.queues = new DomainQueueManager({ redis, prefix, directory });
    this.stored = new Stored(redis, prefix, 'embedding');
    this.time = new MovedTime(nowMs, [this.stored, new Stored(redis, prefix, 'query')], prefix);
    this.caller = createBroker({ domain: 'query', redis, prefix });
    const { order, maxStalls } = setting;
    const { share = 'turns' } = order;
    this.journals = openJournals({ domain: 'embedding', redis, prefix, share, maxStalls });
    this.#answers = { redis, partitions: new Partitions({ redis, prefix }) };
    this.#workers = WORKERS.map(() => this.#openWorker());
  }

  setTenant(tenant: string, { tier, weight, cap, limits }: TenantSetting): void {
    this.#tenants.set(tenant, {
      tier: TIERS[tier - 1] ?? 'free',
      weight,
      limits: { ...limits, maxActive: cap },
    });
  }

  worker(index: number): Worker {
    const worker = this.#workers[index];
    if (!worker) throw new Error(`Unknown worker ${index}`);
    return worker;
  }

  /** Replaces the process of a worker by one without its memory. */
  replaceWorker(index: number): void {
    this.#workers[index] = this.#openWorker();
  }

  /** Resolves when every callback that a worker received is delivered. */
  async delivered(): Promise<void> {
    await Promise.all(this.#workers.map(async ({ broker }) => broker.delivered()));
  }

  /** Returns the settlement for the queue that corresponds to one of the model. */
  settlementOf(model: ProtocolModel, settlement: ModelSettlement): Settlement {
    const { claim } = settlement;
    const claimed = this.claimed[model.claims.indexOf(claim)];
    if (!claimed) throw new Error(`Unknown claim of ${claim.action.id}`);
    return { claimed, action: this.envelopeOf(claim.action), outcome: outcomeOf(settlement) };
  }

  envelopeOf({ id, tenant, tier, notifies, expiresMs, sequence }: NewAction): DomainAction {
    return actionOf({
      actionId: id,
      tenantId: tenant,
      tenantTier: TIERS[tier - 1] ?? 'free',
      ...(sequence !== undefined && { sequence, sessionId: 's' }),
      ...(expiresMs > 0 && { expiresAt: new Date(expiresMs).toISOString() }),
      ...(notifies === 'by callback' && { callbackQueue: `query:${tenant}:free` }),
      ...(notifies === 'by reply' && { replyTo: 'inbox:caller' }),
    });
  }

  /** Writes the outcome of a child to the journal of its parent. */
  async answer(answer: Omit<Answer, 'domain'>): Promise<Answered> {
    return writeAnswer(this.#answers, { domain: 'embedding', ...answer });
  }

  /** Contents of the caller's inbox: action and ending, in their order. */
  async replies(): Promise<string[]> {
    const texts = await this.stored.replies('caller');
    return texts.map((text) => {
      const { action_id: id, status } = JSON.parse(text) as { action_id: string; status: string };
      return `${id} ${status}`;
    });
  }

  /** Entries of the streams of actions: number of the first chunk and chunks, or the end. */
  async streams(ids: readonly string[]): Promise<Record<string, readonly string[]>> {
    const pipeline = this.stored.client.pipeline();
    for (const id of ids) pipeline.xrange(this.stored.key('stream', id), '-', '+');
    const replies = ids.length === 0 ? [] : ((await pipeline.exec()) ?? []);
    const streams = ids.map((id, at) => {
      const entries = (replies[at]?.[1] ?? []) as [string, string[]][];
      const texts = entries.map(([, [, , name, value, , , , chunks]]) =>
        name === 'end' ? `end ${value}` : `${value} ${chunks}`,
      );
      return [id, texts] as const;
    });
    return Object.fromEntries(streams.filter(([, texts]) => texts.length > 0));
  }

  /** Deletes all keys. */
  async remove(): Promise<void> {
    const names = await this.stored.client.keys(`${this.prefix}:*`);
    if (names.length > 0) await this.stored.client.unlink(...names);
  }

  #openWorker(): Worker {
    const { order, maxStalls } = this.#setting;
    const { mode, floor, share = 'turns' } = order;
    const course: Fate[] = [];
    const redis = unreliable(this.#redis, course);
    const common = { domain: 'embedding', redis, prefix: this.prefix };
    return {
      course,
      broker: createBroker({ ...common, mode, floor, share, maxStalls, leaseMs: LEASE_MS }),
    };
  }
}

function outcomeOf({ outcome, delayMs, hold }: ModelSettlement): BrokerOutcome {
  if (outcome === 'release') return { status: 'release' };
  if (outcome === 'parked') return { status: 'parked', delayMs };
  if (outcome === 'done') return { status: 'done', result: null };
  if (outcome === 'cancelled') return { status: 'cancelled' };
  if (outcome === 'expired') return { status: outcome, error: failure };
  const held = hold && { hold };
  if (outcome === 'dead') return { status: 'dead', error: failure, ...held };
  return { status: outcome, delayMs, error: failure, ...held };
}
