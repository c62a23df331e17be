import { defineAction, defineCallback, parseQueueName } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { z } from 'zod';

const own = process.env['REDIS_URL'] === undefined ? await startEmbeddedRedis() : undefined;
const redis = new RedisPool({ url: own?.url ?? process.env['REDIS_URL'] ?? '' });
const TENANT = { tenantId: 'acme', tenantTier: 'professional' } as const;
/** Time for which a question waits for its vector (s). */
const PENDING_SECONDS = 3_600;

// The contracts.
const question = z.object({ question: z.string(), callback_queue: z.string() });
const generateAnswer = defineAction('query.generate', { data: question });
const generateEmbedding = defineAction('embedding.generate', {
  data: z.object({ text: z.string() }),
  result: z.object({ vector: z.array(z.number()) }),
});
const onEmbedded = defineCallback(generateEmbedding, 'query');
const answeredIn = (domain: string) =>
  defineAction(`${domain}.answered`, { data: z.object({ answer: z.string() }) });
const onAnswered = answeredIn('orchestrator');

/** Key of a question that waits for its vector. The task id stays the same through all actions that a question causes. */
const pendingKey = (taskId: string): string => `callback-flow:pending:${taskId}`;
const say = (step: number, text: string): void => console.log(`${step}. ${text}`);

// The query service. Its first handler ends once the vector is requested, so that no slot is occupied meanwhile.
const query = new ActionProcessor()
  .register(generateAnswer, async ({ taskId, data }, ctx) => {
    const state = JSON.stringify(data);
    await redis.command().set(pendingKey(taskId), state, 'EX', PENDING_SECONDS);
    say(2, 'query: requests a vector, with its own queue as callback_queue');
    // A handler may run twice; with an id derived from the task the second child is a duplicate.
    const options = { actionId: `${taskId}.embed`, callback: onEmbedded };
    await ctx.enqueue(generateEmbedding, { text: data.question }, options);
  })
  .register(onEmbedded, async ({ taskId, data }, ctx) => {
    if (data.status !== 'done') throw new Error(data.error.message);
    const state = (await redis.command().get(pendingKey(taskId))) ?? '';
    const pending = question.parse(JSON.parse(state));
    say(4, `query: received a vector of ${data.result.vector.length} numbers in a callback`);
    const { domain } = parseQueueName(pending.callback_queue);
    const answer = `"${pending.question}" has ${pending.question.split(' ').length} words.`;
    say(5, `query: sends the answer to ${pending.callback_queue}`);
    await ctx.enqueue(answeredIn(domain), { answer }, { actionId: `${taskId}.answer` });
  });

const embedding = new ActionProcessor().register(generateEmbedding, ({ data: { text } }) => {
  say(3, 'embedding: computed a vector; the queue sends the callback');
  return { vector: text.split(' ').map(({ length }) => length) };
});

let finish: (() => void) | undefined;
const finished = new Promise<void>((resolve) => (finish = resolve));
const orchestrator = new ActionProcessor().register(onAnswered, ({ data: { answer } }) => {
  say(6, `orchestrator: received the answer: ${answer}`);
  finish?.();
});

const workers = [query, embedding, orchestrator].map(
  (processor) => new BaseWorker({ redis, processor, logger: false }),
);
await Promise.all(workers.map(async (worker) => worker.start()));

const queues = new DomainQueueManager({ redis });
const data = {
  question: 'How many words has this?',
  callback_queue: 'orchestrator:acme:professional',
};
say(1, `orchestrator: asks "${data.question}"`);
await queues.tenant(TENANT).enqueue(generateAnswer, data);
await finished;

await Promise.all([...workers.map(async (worker) => worker.stop()), queues.close()]);
await redis.close();
await own?.stop();
