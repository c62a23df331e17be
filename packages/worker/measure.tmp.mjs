import { defineAction } from '@nooble/models';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { ActionProcessor, BaseWorker } from './dist/index.js';
import { z } from 'zod';
const answer = defineAction('model.answer', {
  data: z.object({ words: z.number() }),
  result: z.any(),
  chunk: z.object({ text: z.string() }),
});
const server = await startEmbeddedRedis();
const N = Number(process.argv[2] ?? 200000),
  S = Number(process.argv[3] ?? 8);
const processor = new ActionProcessor().register(answer, async ({ data }, { emit }) => {
  const t = performance.now();
  for (let n = 1; n <= data.words; n++) await emit({ text: `word ${n}` });
  return { ms: performance.now() - t };
});
const worker = new BaseWorker({
  redis: server.url,
  processor,
  logger: false,
  handleSignals: false,
});
await worker.start();
const queues = new DomainQueueManager({ redis: server.url });
const client = new ActionClient({ queues });
const cpu0 = (await queues.redis.command().info('cpu')).match(/used_cpu_user:([\d.]+)[\s\S]*?/)[1];
const sys0 = (await queues.redis.command().info('cpu')).match(/used_cpu_sys:([\d.]+)/)[1];
const t = performance.now();
const per = Math.floor(N / S);
await Promise.all(
  Array.from({ length: S }, async () => {
    const stream = client.stream(answer, {
      tenantId: 'acme',
      tenantTier: 'enterprise',
      data: { words: per },
    });
    if (process.argv[4] === 'read') {
      let n = 0;
      for await (const c of stream) n++;
      if (n !== per) console.log('missing', n);
    }
    await stream.result;
  }),
);
const ms = performance.now() - t;
const info = await queues.redis.command().info('cpu');
const cpu =
  info.match(/used_cpu_user:([\d.]+)/)[1] - cpu0 + (info.match(/used_cpu_sys:([\d.]+)/)[1] - sys0);
console.log(
  `${N} chunks, ${S} streams: ${Math.round((N / ms) * 1000)} chunks/s; redis cpu ${cpu.toFixed(2)} s -> ${Math.round(N / cpu)} chunks per core second`,
);
await client.close();
await queues.close();
await worker.stop();
await server.stop();
