import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { StandInModel } from './stand-in-model.ts';

async function post(content: string, signal?: AbortSignal): Promise<Response> {
  const model = new StandInModel();
  const url = await model.start();
  onTestFinished(async () => model.stop());
  const aborted = once(model.events, 'aborted');
  const body = JSON.stringify({ model: 'any', stream: true, messages: [{ content }] });
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    body,
    signal: signal ?? null,
  });
  return Object.assign(response, { aborted });
}

it('streams an answer word by word', async () => {
  const response = await post('[1] Ships\nShips cross the sea.\n\nQuestion: What do ships cross?');
  const events = (await response.text()).split('\n\n').filter((each) => each !== '');
  expect(events).toHaveLength(6);
  expect(events[0]).toBe('data: {"choices":[{"index":0,"delta":{"content":"Ships"}}]}');
  expect(events.at(-1)).toBe('data: [DONE]');
});

it('notices that a client has left', async () => {
  const leaving = new AbortController();
  const response = await post(
    '[1] Ships\nShips cross the whole sea.\n\nQuestion: Recite 40 words: x',
    leaving.signal,
  );
  leaving.abort();
  await (response as Response & { aborted: Promise<unknown> }).aborted;
});
