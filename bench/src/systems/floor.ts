import { Redis } from 'ioredis';
import { encodeAction } from '@nooble/models';
import type { Job, Passage } from '../payload.ts';
import { embed } from './nooble-actions.ts';
import type { OnJob, Place, Producer, RunningWorker, System } from './system.ts';

const PER_CALL = 64;
/** Calls that a reader keeps in flight. */
const READS_IN_FLIGHT = 2;

/**
 * Not a queue: writes and reads the envelope that Nooble stores as an element of a list, 64 per call, without leases,
 * retries or validation. No queue on this Redis and client can be much faster.
 */
export const floor: System = {
  bulkSize: PER_CALL,
  async openProducer(place): Promise<Producer> {
    const { redis, key } = await open(place);
    const batch = new Batch(redis, key);
    return {
      send: (job) => batch.add(job),
      sendAll: async (jobs) => redis.lpush(key, ...jobs.map(envelopeOf)),
      pending: async () => redis.llen(key),
      close: async () => redis.disconnect(),
    };
  },
  async startWorker(place, { onJob }): Promise<RunningWorker> {
    const { redis, key } = await open(place);
    const state = { stopping: false };
    const reads = Array.from({ length: READS_IN_FLIGHT }, async () => {
      while (!state.stopping) await read({ redis, key, onJob });
    });
    return {
      claimMs: [],
      async stop() {
        state.stopping = true;
        await Promise.all(reads);
        redis.disconnect();
      },
    };
  },
};

/** Combines the jobs that are sent in the same turn of the event loop. */
class Batch {
  readonly #redis: Redis;
  readonly #key: string;
  #waiting: { readonly text: string; readonly resolve: () => void }[] = [];

  constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  async add(job: Job): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) setImmediate(() => void this.#flush());
      this.#waiting.push({ text: envelopeOf(job), resolve });
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const batches = Array.from({ length: Math.ceil(waiting.length / PER_CALL) }, (_, index) =>
      waiting.slice(index * PER_CALL, (index + 1) * PER_CALL),
    );
    await Promise.all(
      batches.map(async (batch) => {
        await this.#redis.lpush(this.#key, ...batch.map(({ text }) => text));
        for (const { resolve } of batch) resolve();
      }),
    );
  }
}

async function read({ redis, key, onJob }: { redis: Redis; key: string; onJob: OnJob }) {
  const texts = (await redis.rpop(key, PER_CALL)) ?? [];
  for (const text of texts) onJob((JSON.parse(text) as { data: Passage }).data.n);
}

function envelopeOf({ tenant, data }: Job): string {
  return encodeAction({
    v: 1,
    actionId: `action-${data.n}-0123456789`,
    actionType: embed.type,
    taskId: 'task-01234567890123456',
    tenantId: tenant,
    tenantTier: 'enterprise',
    data,
    metadata: {},
    createdAt: '2026-01-01T00:00:00.000Z',
  });
}

async function open({ url, prefix, queue }: Place): Promise<{ redis: Redis; key: string }> {
  const redis = new Redis(url);
  await redis.ping();
  return { redis, key: `${prefix}:${queue}` };
}
