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
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const answerer = new LlmAnswerer({ baseUrl, apiKey: 'key', model: 'large', timeoutMs: 5_000 });
  return { answerer, requests };
}

const completion = (content: unknown) => ({
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
});
const sources = [
  { document_id: 'a', title: 'Limits', text: 'Ten a minute.', score: 0.9 },
  { document_id: 'b', title: 'Tiers', text: 'There are four.', score: 0.5 },
];
const ask = async (answerer: LlmAnswerer) =>
  answerer.answer('How many?', sources, { signal: new AbortController().signal });

it('asks the model with the numbered sources and the question', async () => {
  const { answerer, requests } = await answererAt(200, completion('Ten. [1]'));
  expect(await ask(answerer)).toEqual({ answer: 'Ten. [1]', model: 'large' });
  const [request] = requests;
  expect(request).toMatchObject({ url: '/v1/chat/completions', key: 'Bearer key' });
  expect(request?.body.model).toBe('large');
  const question = request?.body.messages.at(-1)?.content;
  expect(question).toContain('[1] Limits\nTen a minute.');
  expect(question).toContain('[2] Tiers\nThere are four.');
  expect(question).toMatch(/Question: How many\?$/);
});

it.each([
  ['an empty text', completion('  ')],
  ['no text', completion(null)],
  ['no choice', { object: 'chat.completion', choices: [] }],
  ['an unexpected object', { message: 'hello' }],
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
