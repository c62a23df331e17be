import { openDelayedPort } from '../delayed-port.ts';
import { median } from '../measures/percentile.ts';
import { perSecond } from '../measures/sending.ts';
import { streamed, type Streaming } from '../measures/streaming.ts';
import { sized, type SampleContext } from '../sample-context.ts';
import { MILLISECONDS, PER_SECOND, sidesOf, type Sample, type Scenario } from '../scenario.ts';
import type { Metric } from '../scenario.ts';
import type { ConversationName } from '../systems/conversation.ts';

/** Streams that are read at once for the rate. */
const STREAMS = 4;
/** Time that a handler waits before its first token, so that its worker is idle then (ms). */
const AFTER_MS = 5;
/** Delay in each direction of the network whose round trips are counted (ms): much longer than the work of a process. */
const DELAY_MS = 5;

const ROUND_TRIPS: Metric = { unit: 'round trips', better: 'lower' };

export const stream: Scenario = {
  name: 'stream',
  about:
    'chunks of 60 bytes from handlers to a reader in another process, 100 per turn of the event loop; the first token of one stream at a time, in ms and in round trips (PING) of the same minute, on loopback and with 5 ms in each direction',
  metrics: {
    rate: PER_SECOND,
    per_redis_core: PER_SECOND,
    first_p50: MILLISECONDS,
    first: ROUND_TRIPS,
    first_far: ROUND_TRIPS,
  },
  sides: sidesOf(['nooble', 'bullmq', 'bullmq-relay', 'redis'], measure),
};

async function measure(context: SampleContext, system: ConversationName): Promise<Sample> {
  const chunks = sized(context, system === 'nooble' || system === 'redis' ? 50_000 : 10_000, 1_000);
  const many = { streams: STREAMS, shape: { chunks, afterMs: 0 }, inFlight: STREAMS };
  const { cpuUs, ...span } = await streamed(context, system, many);
  const count = STREAMS * chunks;
  const near = await firstToken(context, system, {});
  const port = await openDelayedPort(context.server.url, DELAY_MS);
  try {
    const far = await firstToken(context, system, { url: port.url });
    return {
      rate: perSecond(count, span),
      per_redis_core: (count * 1e6) / cpuUs,
      first_p50: near.firstMs,
      first: near.firstMs / near.pingMs,
      first_far: far.firstMs / far.pingMs,
    };
  } finally {
    await port.close();
  }
}

/** Returns the medians of first tokens and of round trips (ms). */
async function firstToken(
  context: SampleContext,
  system: ConversationName,
  { url }: Pick<Streaming, 'url'>,
): Promise<{ firstMs: number; pingMs: number }> {
  const shape = { chunks: 3, afterMs: AFTER_MS };
  const streams = sized(context, url === undefined ? 200 : 60, 20);
  const how = { streams, shape, inFlight: 1 };
  const { firstMs, pingMs } = await streamed(context, system, {
    ...how,
    ...(url !== undefined && { url }),
  });
  return { firstMs: median(firstMs), pingMs: median(pingMs) };
}
