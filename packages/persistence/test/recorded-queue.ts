import { randomUUID } from 'node:crypto';
import { newId, type DomainAction } from '@nooble/models';
import { createBroker, DomainQueueManager } from '@nooble/queue';
import type {
  ClaimedAction,
  EndingsBatch,
  HistoryEnding,
  HistoryOptions,
  Outcome,
} from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { inject, onTestFinished } from 'vitest';
import { connect, type ConnectOptions, type RecorderOptions } from '../src/index.ts';
import { testDatabase } from './databases.ts';

export const DOMAIN = 'embedding';

const OPEN = { perMinute: null, perDay: null, maxDepth: null } as const;
const NO_LIMITS = { enterprise: OPEN, professional: OPEN, advance: OPEN, free: OPEN };

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

/** A domain that keeps its history, and a database for it. */
export async function openRecorded(
  history: HistoryOptions = {},
  url?: string,
  connecting: Partial<ConnectOptions> = {},
) {
  const redis = new RedisPool({ url: inject('redisUrl') });
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis, prefix, tiers: NO_LIMITS });
  const broker = createBroker({ domain: DOMAIN, redis, prefix, onWarning: () => undefined });
  const database = url ?? (await testDatabase());
  const persistence = connect({ url: database, connectTimeoutMs: 1_000, ...connecting });
  onTestFinished(async () => {
    await broker.close();
    await queues.close();
    await persistence.close();
    await redis.close();
  });
  await queues.setHistory(DOMAIN, history);
  const finish = async (
    fields: Partial<DomainAction>,
    outcome: Outcome,
  ): Promise<ClaimedAction> => {
    await queues.enqueue(actionOf(fields));
    const { claimed } = await broker.claim({ slots: 1 });
    const [only] = claimed;
    if (!only) throw new Error('Nothing to claim');
    await broker.settle([{ claimed: only, outcome }]);
    return only;
  };
  const cancelMany = async (count: number, fields: Partial<DomainAction> = {}): Promise<void> => {
    const receipts = await queues.enqueueMany(
      Array.from({ length: count }, () => actionOf(fields)),
    );
    for (const { actionId } of receipts) await queues.cancel({ domain: DOMAIN, actionId });
  };
  const record = (options: Partial<RecorderOptions> = {}) => {
    const recorder = persistence.recorder({ queues, domains: [DOMAIN], pollMs: 10, ...options });
    recorder.start();
    onTestFinished(async () => recorder.stop());
    return recorder;
  };
  const backlog = async () => (await queues.stats(DOMAIN)).history?.entries ?? 0;
  return { database, persistence, queues, finish, cancelMany, record, backlog };
}

/** An ending as a reader hands it out. */
export function endingOf(fields: Partial<HistoryEnding> = {}): HistoryEnding {
  const nowMs = Date.now();
  return {
    kind: 'ending',
    entryId: '1-100',
    domain: DOMAIN,
    actionId: newId(),
    token: String(nowMs * 1_000),
    ending: 'done',
    tenantId: 'acme',
    tier: 'professional',
    admittedMs: nowMs - 20,
    firstClaimMs: nowMs - 10,
    endedMs: nowMs,
    runningMs: 10,
    attempts: 1,
    stalls: 0,
    redrives: 0,
    cost: 1,
    envelope: JSON.stringify({ action_type: 'embedding.generate', task_id: 'task', data: 1 }),
    keepsData: true,
    note: '',
    ...fields,
  };
}

/** A batch that can be written without Redis. */
export function batchOf(...entries: EndingsBatch['entries']): EndingsBatch {
  return { domain: DOMAIN, partition: '', entries, done: async () => Promise.resolve() };
}
