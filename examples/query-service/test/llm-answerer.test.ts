import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { LlmAnswerer } from '../src/llm-answerer.ts';

interface Request {
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly body: { readonly model: string; readonly messages: readonly { content: string }[] };
}

/** An answerer with a fake chat completions endpoint that has a fixed response. */
async function answererAt(
  status: number,
  answer: unknown,
): Promise<{ answerer: LlmAnswerer; requests: Request[] }> {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const body = JSON.parse(text) as Request['body'];
      requests.push({ url: request.url, key: request.headers.authorization, body });
      if (!Array.isArray(answer)) {
        response.writeHead(status, { 'content-type': 'application/json' });
        return response.end(JSON.stringify(answer));
      }
      response.writeHead(status, { 'content-type': 'text/event-stream' });
      for (const event of answer) response.write(`data: ${JSON.stringify(event)}\n\n`);
      return response.end('data: [DONE]\n\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const answerer = new LlmAnswerer({ baseUrl, apiKey: 'key', model: 'large', timeoutMs: 5_000 });
  return { answerer, requests };
}

const part = (content: unknown) => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, finish_reason: null, delta: { role: 'assistant', content } }],
});
const sources = [
  { document_id: 'a', title: 'Limits', text: 'Ten a minute.', score: 0.9 },
  { document_id: 'b', title: 'Tiers', text: 'There are four.', score: 0.5 },
];
async function ask(answerer: LlmAnswerer) {
  const writing = answerer.answer('How many?', sources, { signal: new AbortController().signal });
  const parts: string[] = [];
  let next = await writing.next();
  for (; next.done !== true; next = await writing.next()) parts.push(next.value);
  return { parts, model: next.value };
}

it('streams the answer to the numbered sources and the question', async () => {
  const { answerer, requests } = await answererAt(200, [part('Ten.'), part(' [1]'), part('')]);
  expect(await ask(answerer)).toEqual({ parts: ['Ten.', ' [1]'], model: 'large' });
  const [request] = requests;
  expect(request).toMatchObject({ url: '/v1/chat/completions', key: 'Bearer key' });
  expect(request?.body.model).toBe('large');
  const question = request?.body.messages.at(-1)?.content;
  expect(question).toContain('[1] Limits\nTen a minute.');
  expect(question).toContain('[2] Tiers\nThere are four.');
  expect(question).toMatch(/Question: How many\?$/);
});

it.each([
  ['an empty text', [part('  ')]],
  ['no text', [part(null)]],
  ['no choice', [{ object: 'chat.completion.chunk', choices: [] }]],
  ['an unexpected object', [{ message: 'hello' }]],
  ['nothing', []],
])('takes %s for a failure, not for an answer', async (_, answer) => {
  const { answerer } = await answererAt(200, answer);
  await expect(ask(answerer)).rejects.toThrow('Model "large" returned an empty answer');
});

it('gives up if the key is refused, and retries temporary errors', async () => {
  const refused = await answererAt(401, { error: { message: 'wrong key' } });
  await expect(ask(refused.answerer)).rejects.toMatchObject({
    code: 'MODEL_REFUSED',
    retryable: false,
    message: expect.stringContaining('wrong key') as string,
  });
  const busy = await answererAt(503, { error: { message: 'busy' } });
  await expect(ask(busy.answerer)).rejects.not.toHaveProperty('code', 'MODEL_REFUSED');
  expect(busy.requests).toHaveLength(1);
});
