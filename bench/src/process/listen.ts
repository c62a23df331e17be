import { Redis } from 'ioredis';
import type { Commands, ListenInput } from '../commands.ts';
import { machineMs } from '../machine-clock.ts';
import type { Conversation, Listener } from '../systems/conversation.ts';

/** Round trips that are measured after each stream. */
const PINGS = 5;

/** Reads streams, and measures the first chunk of each and the round trips of the same time. */
export async function listen(
  conversation: Conversation,
  { place, streams, shape, inFlight }: ListenInput,
): Promise<Commands['listen']['answer']> {
  const listener = await conversation.openListener?.(place);
  if (!listener) throw new Error('This system has no streams');
  const redis = new Redis(place.url);
  const firstMs = new Float64Array(streams);
  const pingMs: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < streams; at = next++) {
      firstMs[at] = await read(listener, shape);
      // Only between streams: a ping would delay the chunks of another one.
      if (inFlight > 1) continue;
      for (let ping = 0; ping < PINGS; ping += 1) pingMs.push(await roundTrip(redis));
    }
  };
  try {
    // Opens the connections before the clock starts.
    await read(listener, { ...shape, chunks: 1 });
    const startedMs = machineMs();
    await Promise.all(Array.from({ length: inFlight }, lane));
    return { startedMs, endedMs: machineMs(), firstMs, pingMs };
  } finally {
    redis.disconnect();
    await listener.stop();
  }
}

/** Returns the time from the emit of the first chunk to its arrival (ms). Throws unless each chunk arrived once, in order. */
async function read(listener: Listener, shape: ListenInput['shape']): Promise<number> {
  let [firstMs, expected] = [0, 0];
  await listener.read(shape, ({ n, atMs }) => {
    if (expected === 0) firstMs = machineMs() - atMs;
    if (n !== expected) throw new Error(`Chunk ${n} arrived instead of ${expected}`);
    expected += 1;
  });
  if (expected !== shape.chunks) throw new Error(`${expected} of ${shape.chunks} chunks arrived`);
  return firstMs;
}

async function roundTrip(redis: Redis): Promise<number> {
  const sent = machineMs();
  await redis.ping();
  return machineMs() - sent;
}
