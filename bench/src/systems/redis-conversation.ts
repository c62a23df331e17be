import { Redis } from 'ioredis';
import { CONCURRENCY, emitAll, holdJob } from './conversation.ts';
import type { Canceller, Chunk, Conversation, Listener, Stoppable } from './conversation.ts';
import type { Place } from './system.ts';

/** A job in a list: a stream to emit, or a number to hold. */
interface Job {
  readonly id: string;
  readonly n?: number;
  readonly chunks: number;
  readonly afterMs: number;
}

/** Entries that a reader takes at once, and the longest blocking read (ms). */
const READ = { count: 1_000, blockMs: 5_000 };

/**
 * Without a queue, as a user would write it by hand: jobs in a list, a Redis stream per job, and cancellations by pub/sub. No
 * leases, retries, validation or bounds.
 */
export const conversation: Conversation = {
  async startSpeaker(place): Promise<Stoppable> {
    const redis = new Redis(place.url);
    const jobs = takeJobs(place, async ({ id, ...shape }) => {
      const key = streamOf(place, id);
      await emitAll(shape, async (chunk) => redis.xadd(key, '*', 'chunk', JSON.stringify(chunk)));
      await redis.xadd(key, '*', 'end', '1');
      await redis.expire(key, 600);
    });
    return { stop: async () => endAll(jobs, redis) };
  },
  async openListener(place): Promise<Listener> {
    const redis = new Redis(place.url);
    // One blocking connection per stream that is read at once.
    const idle: Redis[] = [];
    let sent = 0;
    return {
      async read(shape, onChunk) {
        const blocking = idle.pop() ?? new Redis(place.url);
        const id = `job-${(sent += 1)}`;
        await redis.lpush(listOf(place), JSON.stringify({ id, ...shape }));
        await readStream(blocking, streamOf(place, id), onChunk);
        idle.push(blocking);
      },
      async stop() {
        for (const each of [redis, ...idle]) each.disconnect();
      },
    };
  },
  async startHolder(place, onJob): Promise<Stoppable> {
    const redis = new Redis(place.url);
    const controllers = new Map<number, AbortController>();
    await redis.subscribe(channelOf(place));
    redis.on('message', (_channel, n) => controllers.get(Number(n))?.abort());
    const jobs = takeJobs(place, async ({ n = 0 }) => {
      const controller = new AbortController();
      controllers.set(n, controller);
      await holdJob(n, controller.signal, onJob);
      controllers.delete(n);
    });
    return { stop: async () => endAll(jobs, redis) };
  },
  async openCanceller(place): Promise<Canceller> {
    const redis = new Redis(place.url);
    return {
      async send(n) {
        await redis.lpush(listOf(place), JSON.stringify({ n }));
      },
      async cancel(n) {
        await redis.publish(channelOf(place), String(n));
      },
      stop: async () => redis.disconnect(),
    };
  },
};

const listOf = ({ prefix }: Place): string => `${prefix}:jobs`;
const streamOf = ({ prefix }: Place, id: string): string => `${prefix}:stream:${id}`;
const channelOf = ({ prefix }: Place): string => `${prefix}:cancel`;

async function readStream(
  redis: Redis,
  key: string,
  onChunk: (chunk: Chunk) => void,
): Promise<void> {
  for (let last = '0'; ;) {
    const { count, blockMs } = READ;
    const streams = await redis.xread('COUNT', count, 'BLOCK', blockMs, 'STREAMS', key, last);
    for (const [id, [field, text = '']] of streams?.[0]?.[1] ?? []) {
      last = id;
      if (field === 'end') return;
      onChunk(JSON.parse(text) as Chunk);
    }
  }
}

/** Takes jobs from the list and runs many at once. */
function takeJobs(place: Place, run: (job: Job) => Promise<void>): Redis {
  const redis = new Redis(place.url);
  let running = 0;
  const next = async (): Promise<void> => {
    for (;;) {
      const [, text] = (await redis.brpop(listOf(place), 0)) ?? [];
      running += 1;
      const done = run(JSON.parse(text ?? '{}') as Job).finally(() => (running -= 1));
      if (running >= CONCURRENCY) await done;
    }
  };
  // Ends when its connection does.
  next().catch(() => undefined);
  return redis;
}

async function endAll(...all: readonly Redis[]): Promise<void> {
  for (const each of all) each.disconnect();
}
