import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { OpenAIEmbedder } from '../src/openai-embedder.ts';

/** A fake endpoint with the embeddings API. */
async function openEndpoint(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<OpenAIEmbedder> {
  const server = createServer((request, response) => void answer(request, response)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  return new OpenAIEmbedder({ baseUrl, apiKey: 'key', model: 'small', timeoutMs: 5_000 });
}

async function bodyOf(request: IncomingMessage): Promise<{ input: string[]; model: string }> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as { input: string[]; model: string };
}

const { signal } = new AbortController();

it('asks the endpoint for its model and puts the vectors in the order of the texts', async () => {
  const seen: unknown[] = [];
  const embedder = await openEndpoint(async (request, response) => {
    const { input, model } = await bodyOf(request);
    seen.push([request.url, request.headers.authorization, model]);
    const data = input.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: [text.length],
    }));
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        object: 'list',
        data: data.toReversed(),
        model,
        usage: { total_tokens: 7 },
      }),
    );
  });
  const embedded = await embedder.embed(['a', 'bb'], { signal });
  expect(embedded).toEqual({ vectors: [[1], [2]], tokens: [2, 5] });
  expect(seen).toEqual([['/v1/embeddings', 'Bearer key', 'small']]);
});

it.each([
  [401, 'ModelRefusedError'],
  [400, 'ModelRefusedError'],
  [429, 'Error'],
  [503, 'Error'],
])('treats HTTP %i as %s: the queue retries what may pass', async (status, name) => {
  const calls: string[] = [];
  const embedder = await openEndpoint((request, response) => {
    calls.push(request.url ?? '');
    response.statusCode = status;
    response.end('{"error":{"message":"no"}}');
  });
  const failure: unknown = await embedder.embed(['a'], { signal }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name });
  expect(calls).toHaveLength(1);
});

it.each([429, 503])(
  'retries after HTTP %i with Retry-After without counting an attempt',
  async (status) => {
    const embedder = await openEndpoint((_request, response) => {
      response.writeHead(status, { 'retry-after': '10' });
      response.end('{"error":{"message":"Rate limit reached"}}');
    });
    await expect(embedder.embed(['a'], { signal })).rejects.toMatchObject({
      code: 'THROTTLED',
      retryAfterMs: 10_000,
    });
  },
);

it('stops when its signal aborts', async () => {
  const embedder = await openEndpoint(() => undefined);
  await expect(embedder.embed(['a'], { signal: AbortSignal.timeout(20) })).rejects.toThrow(
    /abort/i,
  );
});

/** A fake endpoint with a fixed response. */
async function answering(answer: unknown): Promise<OpenAIEmbedder> {
  return openEndpoint((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
}

const vector = (index: number, embedding: unknown) => ({ index, embedding });

it('counts words if the endpoint reports no usage', async () => {
  const embedder = await answering({ data: [vector(0, [1]), vector(1, [1])] });
  const { tokens } = await embedder.embed(['two words', 'one'], { signal });
  expect(tokens).toEqual([2, 1]);
});

it.each([
  ['fewer vectors than texts', { data: [vector(0, [1, 2])] }, '1 vectors for 2 texts'],
  ['vectors of two lengths', { data: [vector(0, [1, 2]), vector(1, [1])] }, 'for text 1'],
  ['no numbers', { data: [vector(0, [1]), vector(1, [null])] }, 'for text 1'],
  ['an empty vector', { data: [vector(0, []), vector(1, [])] }, 'for text 0'],
  ['an unexpected object', { message: 'hello' }, '0 vectors for 2 texts'],
])('refuses an answer with %s', async (_what, answer, message) => {
  const embedder = await answering(answer);
  await expect(
    embedder.embed(['a', 'b'], { signal: new AbortController().signal }),
  ).rejects.toThrow(message);
});
