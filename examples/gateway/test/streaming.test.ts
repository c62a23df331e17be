import { once } from 'node:events';
import { expect, it } from 'vitest';
import {
  actionIn,
  ask,
  askForEvents,
  problemOf,
  QUESTION,
  resume,
  type Reading,
} from './client.ts';
import { startModel } from './model-server.ts';
import { openServices, openStage } from './stage.ts';

const patient = { timeout: 25_000 };
const textsOf = ({ events }: Reading): unknown[] =>
  events
    .filter(({ event }) => event === 'chunk')
    .map(({ data }) => (data as { text: string }).text);

/** An answer that has begun with the given text. */
async function begin(
  url: string,
  model: { say(text: string): void; open(): number },
  text: string,
) {
  // Its headers arrive with the first chunk.
  const reading = askForEvents(url, 'acme');
  await expect.poll(() => model.open(), patient).toBe(1);
  model.say(text);
  const begun = await reading;
  await expect.poll(() => textsOf(begun), patient).toEqual([text]);
  return begun;
}

it('answers with JSON', async () => {
  const model = await startModel();
  const { startReplica } = await openServices(model.url);
  const { url } = await startReplica();
  const asking = ask(url, 'acme');
  await expect.poll(() => model.open(), patient).toBe(1);
  model.say('It is acme-secret. [1]');
  model.finish();
  const response = await asking;
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    answer: 'It is acme-secret. [1]',
    sources: [{ document_id: 'secret', text: expect.stringContaining('acme-secret') as string }],
  });
});

it('sends each part as an event with its place, then the result', async () => {
  const model = await startModel();
  const { startReplica } = await openServices(model.url);
  const { url } = await startReplica();
  const reading = await begin(url, model, 'It is');
  model.say(' acme-secret.');
  await expect.poll(() => textsOf(reading), patient).toEqual(['It is', ' acme-secret.']);
  model.finish();
  await reading.ended;
  const actionId = actionIn(reading.lastId());
  expect(reading.response.headers.get('location')).toBe(`/query/${actionId}/events`);
  expect(reading.events.map(({ event }) => event)).toEqual(['chunk', 'chunk', 'result']);
  const [first, second, result] = reading.events;
  expect(first?.id).toMatch(new RegExp(`^${actionId}:\\d+-1$`));
  expect(second?.id).toMatch(new RegExp(`^${actionId}:\\d+-2$`));
  expect(result).toMatchObject({ id: `${actionId}:end`, data: { answer: 'It is acme-secret.' } });
  // A browser stops reconnecting.
  expect((await resume(url, 'acme', reading.lastId())).response.status).toBe(204);
});

it('resumes an answer on another replica, without a gap and without asking the model again', async () => {
  const model = await startModel();
  const { startReplica } = await openServices(model.url);
  const [first, second] = [await startReplica(), await startReplica()];
  const reading = await begin(first.url, model, 'one');
  reading.leave();
  await reading.ended;
  model.say(' two');
  const resumed = await resume(second.url, 'acme', reading.lastId());
  model.say(' three');
  await expect.poll(() => textsOf(resumed).join(''), patient).toBe(' two three');
  // Nothing is lost if the connection breaks before its first event.
  expect(resumed.firstId()).toBe(reading.lastId());
  model.finish();
  await resumed.ended;
  expect(resumed.events.at(-1)).toMatchObject({
    event: 'result',
    data: { answer: 'one two three' },
  });
  // After its end it can still be read from the beginning.
  const again = await resume(first.url, 'acme', `${actionIn(reading.lastId())}:0-0`);
  await again.ended;
  expect(textsOf(again).join('')).toBe('one two three');
  expect(model.requests()).toBe(1);
});

it('stops the request of the model when a client has left and nobody resumes', async () => {
  const model = await startModel();
  const { startReplica } = await openServices(model.url);
  const env = { GATEWAY_RESUME_SECONDS: '0.2' };
  const { url } = await startReplica(env);
  const other = await startReplica(env);
  const reading = await begin(url, model, 'one');
  reading.leave();
  await expect.poll(() => model.open(), patient).toBe(0);
  const late = await resume(other.url, 'acme', reading.lastId());
  expect(await problemOf(late)).toBe('ACTION_CANCELLED');
  expect(model.requests()).toBe(1);
});

it('stops it at once if answers may not be resumed', async () => {
  const model = await startModel();
  const { startReplica } = await openServices(model.url);
  const { url } = await startReplica({ GATEWAY_RESUME_SECONDS: '0' });
  const reading = await begin(url, model, 'one');
  reading.leave();
  await expect.poll(() => model.open(), patient).toBe(0);
});

it('goes on for a client that resumes, and stops when that one leaves another replica', async () => {
  const model = await startModel();
  const { startReplica } = await openServices(model.url);
  const [first, second] = [
    await startReplica({ GATEWAY_RESUME_SECONDS: '1' }),
    await startReplica({ GATEWAY_RESUME_SECONDS: '0' }),
  ];
  const reading = await begin(first.url, model, 'one');
  const resumed = await resume(second.url, 'acme', `${actionIn(reading.lastId())}:0-0`);
  await expect.poll(() => textsOf(resumed), patient).toEqual(['one']);
  // Two clients read, so one of them may leave.
  resumed.leave();
  await resumed.ended;
  model.say(' two');
  await expect.poll(() => textsOf(reading).join(''), patient).toBe('one two');
  const back = await resume(second.url, 'acme', reading.lastId());
  reading.leave();
  model.say(' three');
  await expect.poll(() => textsOf(back), patient).toEqual([' three']);
  expect(model.open()).toBe(1);
  back.leave();
  await expect.poll(() => model.open(), patient).toBe(0);
});

it('stops the request of the model when a client that waits for JSON disconnects', async () => {
  const model = await startModel();
  const { startReplica } = await openServices(model.url);
  const { url } = await startReplica();
  const connection = new AbortController();
  const asking = ask(url, 'acme', { signal: connection.signal });
  await expect.poll(() => model.open(), patient).toBe(1);
  connection.abort();
  await expect(asking).rejects.toThrow();
  await expect.poll(() => model.open(), patient).toBe(0);
});

it('lets an open answer end when it is stopped', async () => {
  const model = await startModel();
  const { startReplica } = await openServices(model.url);
  const replica = await startReplica({ GATEWAY_STOP_SECONDS: '60' });
  const reading = await begin(replica.url, model, 'one');
  const stopped = replica.stop();
  await expect
    .poll(async () => fetch(`${replica.url}/health`).catch(String), patient)
    .toMatch(/fetch failed/);
  model.say(' two');
  model.finish();
  await Promise.all([stopped, reading.ended]);
  expect(reading.events.at(-1)).toMatchObject({ event: 'result', data: { answer: 'one two' } });
});

it('answers the questions of a session one at a time, in their order', async () => {
  const model = await startModel();
  const { startReplica, queues } = await openServices(model.url);
  const { url } = await startReplica();
  const body = { ...QUESTION, session_id: 'chat-1' };
  const first = askForEvents(url, 'acme', body);
  await expect.poll(() => model.open(), patient).toBe(1);
  const second = askForEvents(url, 'acme', body);
  const other = askForEvents(url, 'acme', { ...body, session_id: 'chat-2' });
  // That of the other session does not wait.
  await expect.poll(() => model.open(), patient).toBe(2);
  await expect
    .poll(async () => (await queues.stats('query')).tiers.professional.waiting, patient)
    .toBe(1);
  model.say('one');
  model.finish();
  await Promise.all([(await first).ended, (await other).ended]);
  await expect.poll(() => model.requests(), patient).toBe(3);
  model.say('two');
  model.finish();
  await (
    await second
  ).ended;
  expect((await second).events.at(-1)).toMatchObject({ data: { answer: 'two' } });
});

it('resumes on another replica when the first one was killed, and stops when that client leaves', async () => {
  const model = await startModel();
  const { startReplica, startProcess } = await openServices(model.url);
  const killed = await startProcess();
  const { url } = await startReplica({ GATEWAY_RESUME_SECONDS: '0' });
  const reading = await begin(killed.url, model, 'one');
  killed.child.kill('SIGKILL');
  await reading.ended;
  const resumed = await resume(url, 'acme', reading.lastId());
  model.say(' two');
  await expect.poll(() => textsOf(resumed), patient).toEqual([' two']);
  expect(model.requests()).toBe(1);
  resumed.leave();
  await expect.poll(() => model.open(), patient).toBe(0);
}, 90_000);

it('ends when it is stopped by a signal', async () => {
  const { child } = await openStage().startProcess();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
