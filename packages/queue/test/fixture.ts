import { randomUUID } from 'node:crypto';
import { newId, type DomainAction, type TierOverrides } from '@nooble/models';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis, type EmbeddedRedis } from '@nooble/redis/embedded';
import { inject, onTestFinished } from 'vitest';
import type { BrokerOptions } from '../src/claiming/broker-options.ts';
import type { ClaimedAction, Outcome, QueueBroker, Settlement } from '../src/broker.ts';
import type { EnqueueOptions } from '../src/admission/enqueue-options.ts';
import type { QueueManagerOptions } from '../src/manager-options.ts';
import { DomainQueueManager } from '../src/manager.ts';
import { createBroker } from '../src/claiming/partitioned-broker.ts';
import { openJournals } from '../src/worker-queues.ts';
import { Stored } from './stored.ts';

const OPEN = { perMinute: null, perDay: null, maxDepth: null } as const;

/** Policies without limits, so that each test states the limits it needs. */
export const NO_LIMITS: TierOverrides = {
  enterprise: OPEN,
  professional: OPEN,
  advance: OPEN,
  free: OPEN,
};

export const failure = { code: 'INTERNAL', message: 'boom', retryable: true, http_status: 500 };

/** Timeout of `expect.poll` on a slow machine. */
export const PATIENT = { timeout: 20_000 };

/** An action of tenant acme for the domain embedding. */
export function actionOf(fields: Partial<DomainAction> = {}): DomainAction {
  return {
    v: 1,
    actionId: newId(),
    actionType: 'embedding.generate',
    taskId: 'task',
    tenantId: 'acme',
    tenantTier: 'professional',
    data: { text: 'hello' },
    metadata: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    ...fields,
  };
}

export type Queue = ReturnType<typeof openQueue>;

export interface QueueOptions extends Partial<Omit<QueueManagerOptions, 'redis'>> {
  /** Server to use instead of the one of the run. */
  readonly url?: string;
  /** Defaults of the brokers. */
  readonly worker?: Partial<BrokerOptions>;
}

/** A separate queue with a manager and workers. Its connections close when the test ends. */
export function openQueue({ url = inject('redisUrl'), worker, ...options }: QueueOptions = {}) {
  const redis = openPool(url);
  const prefix = options.prefix ?? `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis, tiers: NO_LIMITS, ...options, prefix });
  onTestFinished(async () => queues.close());
  const brokerOf = (own: Partial<BrokerOptions> = {}) => {
    // Tests that move the clock would flood the terminal with warnings.
    const quiet = { domain: 'embedding', redis, prefix, onWarning: () => undefined };
    const broker = createBroker({ ...quiet, ...worker, ...own });
    onTestFinished(async () => broker.close());
    return broker;
  };
  const stored = new Stored(redis, prefix, 'embedding');
  const journals = openJournals({ domain: 'embedding', redis, prefix, ...worker });
  return {
    redis,
    prefix,
    queues,
    brokerOf,
    journals,
    stored,
    ...shorthands({ queues, brokerOf, stored }),
  };
}

interface Parts {
  readonly queues: DomainQueueManager;
  readonly brokerOf: (own?: Partial<BrokerOptions>) => QueueBroker;
  readonly stored: Stored;
}

/** Shorthands for most tests. A broker ticks with its first claim, so each call uses a new one. */
function shorthands({ queues, brokerOf, stored }: Parts) {
  const enqueue = async (fields?: Partial<DomainAction>, options?: EnqueueOptions) =>
    queues.enqueue(actionOf(fields), options);
  const claim = async (slots: number, own?: Partial<BrokerOptions>) =>
    (await brokerOf(own).claim({ slots })).claimed;
  const claimOne = async (own?: Partial<BrokerOptions>): Promise<ClaimedAction> => {
    const [claimed] = await claim(1, own);
    if (!claimed) throw new Error('Nothing to claim');
    return claimed;
  };
  const settle = async (claimed: ClaimedAction, outcome: Outcome, own?: Partial<BrokerOptions>) => {
    const [result] = (await brokerOf(own).settle([settlementOf(claimed, outcome)])).values();
    return result;
  };
  const stateOf = async (actionId: string) =>
    (await queues.get({ domain: 'embedding', actionId }))?.state;
  /** Ends the leases of all running actions, and lets a worker notice. */
  const loseLeases = async (own?: Partial<BrokerOptions>): Promise<void> => {
    await stored.endLeases();
    await brokerOf(own).claim({ slots: 0 });
  };
  return { enqueue, claim, claimOne, settle, stateOf, loseLeases };
}

/** A settlement without a recipient. */
export function settlementOf(claimed: ClaimedAction, outcome: Outcome): Settlement {
  return { claimed, outcome };
}

export function idsOf(claimed: readonly ClaimedAction[]): string[] {
  return claimed.map(({ lease }) => lease.actionId);
}

export function tenantsOf(claimed: readonly ClaimedAction[]): string[] {
  return claimed.map(({ lease }) => lease.tenantId);
}

/** A pool that closes when the test ends. */
export function openPool(url = inject('redisUrl')): RedisPool {
  const pool = new RedisPool({ url });
  onTestFinished(async () => pool.close(100));
  return pool;
}

/** A separate server, for tests that would disturb others. */
export async function startServer(
  options: Parameters<typeof startEmbeddedRedis>[0] = {},
): Promise<EmbeddedRedis> {
  const server = await startEmbeddedRedis(options);
  onTestFinished(async () => server.stop());
  return server;
}
