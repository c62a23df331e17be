import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { searchPassages } from '@nooble-examples/contracts';
import { expect, it, onTestFinished } from 'vitest';
import { acme, answerQueueOf, indexAction, openStage, questionAction } from './stage.ts';

/** An endpoint that answers every request with a status; counts them. */
async function endpoint(status: number): Promise<{ url: string; calls: () => number }> {
  let calls = 0;
  const server = createServer((_request, response) => {
    calls += 1;
    response.writeHead(status).end('{"error":{"message":"no"}}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return { url, calls: () => calls };
}

it('sends a dead answer if the language model refuses', async () => {
  const { url } = await endpoint(401);
  const { queues, answers, start } = await openStage();
  await start('query-service', { QUERY_LLM_BASE_URL: url });
  await start('embedding-service');
  await queues.enqueue(questionAction('What is in part 3?'));
  await expect.poll(() => answers.answered.length, { timeout: 15_000 }).toBe(1);
  expect(answers.answered).toMatchObject([{ status: 'dead', error: { code: 'MODEL_REFUSED' } }]);
});

it('sends a dead answer only when attempts are exhausted', async () => {
  const { url, calls } = await endpoint(503);
  const { queues, answers, start } = await openStage();
  await start('query-service', { QUERY_LLM_BASE_URL: url });
  await start('embedding-service');
  await queues.enqueue(questionAction('What is in part 3?'));
  await expect.poll(() => answers.answered.length, { timeout: 20_000 }).toBe(1);
  expect(answers.answered).toMatchObject([{ status: 'dead', error: { code: 'INTERNAL' } }]);
  expect(calls()).toBe(3);
});

it('sends a dead answer for an indexing action if the embedding model refuses', async () => {
  const { url } = await endpoint(400);
  const { queues, answers, start } = await openStage();
  await start('query-service');
  await start('embedding-service', { EMBEDDING_OPENAI_BASE_URL: url });
  await queues.enqueue(indexAction(1));
  await expect.poll(() => answers.indexed.length, { timeout: 15_000 }).toBe(1);
  expect(answers.indexed).toMatchObject([{ status: 'dead', error: { code: 'ACTION_FAILED' } }]);
  expect(JSON.stringify(answers.indexed)).toContain('MODEL_REFUSED');
});

it('sends a dead answer if the embedding domain refuses the request', async () => {
  const { queues, answers, start } = await openStage();
  await start('query-service');
  await queues.pause('embedding', { admission: true });
  await queues.enqueue(indexAction(1));
  await expect.poll(() => answers.indexed.length, { timeout: 20_000 }).toBe(1);
  expect(answers.indexed).toMatchObject([{ status: 'dead', error: { code: 'ACTION_FAILED' } }]);
  expect(JSON.stringify(answers.indexed)).toContain('QUEUE_PAUSED');
});

it('refuses to answer to the queue of another tenant', async () => {
  const { queues } = await openStage();
  const callbackQueue = answerQueueOf('globex');
  const action = searchPassages.create({
    ...acme,
    callbackQueue,
    data: { collection: 'docs', query: 'What?' },
  });
  await expect(queues.enqueue(action)).rejects.toMatchObject({ code: 'TENANT_MISMATCH' });
});
