import { generateAnswer } from '@nooble-examples/contracts';
import { loadSettings } from '@nooble/config';
import { expect, it } from 'vitest';
import { settingsDefinition } from '../src/settings.ts';
import { actionIn, ask, askForEvents, problemOf, QUESTION, resume, resumeAt } from './client.ts';
import { startModel } from './model-server.ts';
import { openServices, openStage } from './stage.ts';

const patient = { timeout: 25_000 };

it('refuses requests without a valid key', async () => {
  const { url } = await openStage().startReplica();
  for (const authorization of [undefined, 'Bearer wrong', 'Basic a2V5']) {
    const headers = { ...(authorization !== undefined && { authorization }) };
    for (const path of ['/query/some-action/events', '/query']) {
      const method = path === '/query' ? 'POST' : 'GET';
      const response = await fetch(`${url}${path}`, { method, headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  }
});

it('refuses an invalid question and an invalid place with problem details', async () => {
  const { url } = await openStage().startReplica();
  const response = await ask(url, 'acme', { body: { ...QUESTION, top_k: 1_000 } });
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(await response.json()).toMatchObject({ code: 'VALIDATION', instance: '/query' });
  for (const place of ['other-action:1-1', 'some-action:x', 'some-action']) {
    expect((await resumeAt(`${url}/query/some-action/events`, 'acme', place)).response.status).toBe(
      400,
    );
  }
  const unknown = await resume(url, 'acme', 'some-action:1-1');
  expect(unknown.response.status).toBe(404);
});

it('says when to retry a question above the limit, for JSON and for events', async () => {
  const { queues, startReplica } = openStage();
  const { url } = await startReplica();
  const tenant = { tenantId: 'hobbyist', tenantTier: 'free' } as const;
  await queues.tenant(tenant).enqueueMany(
    generateAnswer,
    Array.from({ length: 10 }, () => QUESTION),
  );
  const refused = [await ask(url, 'hobbyist'), (await askForEvents(url, 'hobbyist')).response];
  for (const response of refused) {
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ code: 'RATE_LIMIT' });
  }
});

it('takes the tenant from the key, and no tenant reads the answer of another', async () => {
  const model = await startModel();
  const { startReplica } = await openServices(model.url);
  const { url } = await startReplica();
  const forged = { ...QUESTION, tenant_id: 'globex', tenantId: 'globex' };
  const asking = askForEvents(url, 'acme', forged);
  await expect.poll(() => model.open(), patient).toBe(1);
  model.say('It is');
  const reading = await asking;
  await expect.poll(() => reading.lastId(), patient).not.toBe('');
  const foreign = await resume(url, 'globex', `${actionIn(reading.lastId())}:0-0`);
  expect(foreign.response.status).toBe(404);
  expect(await foreign.response.json()).toMatchObject({ code: 'UNKNOWN_STREAM' });
  // The one that was refused does not count as a reader, and has stopped nothing.
  expect(model.open()).toBe(1);
  model.finish();
  await reading.ended;
  const { data } = reading.events.at(-1) as { data: { sources: { text: string }[] } };
  expect(data.sources.map(({ text }) => text)).toEqual([
    expect.stringContaining('acme-secret') as string,
  ]);
});

it('reports a failed answer as a status, or as the last event', async () => {
  const refusing = await startModel(401);
  const { startReplica } = await openServices(refusing.url);
  const { url } = await startReplica();
  const response = await ask(url, 'acme');
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ code: 'ACTION_FAILED' });
  const reading = await askForEvents(url, 'acme');
  expect(await problemOf(reading)).toBe('ACTION_FAILED');
});

it.each([
  ['', /GATEWAY_API_KEYS: expected/],
  ['short=acme:free', /entry 1: its key has fewer than 16 characters/],
  ['key-of-acme-0000000001=acme:gold', /entry 1: expected <key>=<tenant id>/],
  ['key-of-acme-0000000001=acme:free,nonsense', /entry 2: expected/],
])('does not start with the API keys "%s", and prints no key', (keys, problem) => {
  const env = { GATEWAY_API_KEYS: keys };
  const load = (): unknown => loadSettings(settingsDefinition, { env, envFile: false });
  expect(load).toThrow(problem);
  expect(load).not.toThrow(/key-of-acme|short=/);
});
