import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { OpenAIEmbedder } from '../src/openai-embedder.ts';

/** An endpoint that speaks the embeddings API. */
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
  expect(embedded).toEqual({ vectors: [[1], [2]], tokens: 7 });
  expect(seen).toEqual([['/v1/embeddings', 'Bearer key', 'small']]);
});

it.each([
  [401, 'GiveUp'],
  [400, 'GiveUp'],
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

it('stops when its signal aborts', async () => {
  const embedder = await openEndpoint(() => undefined);
  await expect(embedder.embed(['a'], { signal: AbortSignal.timeout(20) })).rejects.toThrow(
    /abort/i,
  );
});
