import { createServer, connect as connectTo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openClient, testDatabase } from './databases.ts';
import { DOMAIN, openRecorded } from './recorded-queue.ts';

const failure = { code: 'INTERNAL', message: 'boom', retryable: true, http_status: 500 };
const PATIENT = { timeout: 20_000 };
const today = () => new Date().toISOString().slice(0, 10);

it('stores endings, their usage and dead letters, and removes them in Redis', async () => {
  const { persistence, finish, cancelMany, record, backlog } = await openRecorded({
    data: true,
    result: true,
  });
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const fields = { actionId: 'done', taskId: 'book', metadata: { traceparent } };
  await finish(fields, { status: 'done', result: { length: 5 } });
  await finish({ actionId: 'dead', taskId: 'book' }, { status: 'dead', error: failure });
  await cancelMany(1);
  record();
  await expect.poll(backlog, PATIENT).toBe(0);
  const { history, usage } = persistence;
  expect(await history.get({ domain: DOMAIN, actionId: 'done' })).toMatchObject([
    {
      ending: 'done',
      taskId: 'book',
      traceId: 'a'.repeat(32),
      attempts: 1,
      data: { text: 'hello' },
      result: { length: 5 },
    },
  ]);
  const [dead] = await history.get({ domain: DOMAIN, actionId: 'dead', tenantId: 'acme' });
  expect(dead?.error).toEqual({ code: 'INTERNAL', message: 'boom' });
  const task = await history.trace('book', { tenantId: 'acme' });
  expect(task.map(({ actionId }) => actionId)).toEqual(['done', 'dead']);
  expect(await usage.daily({ from: today(), tenantId: 'acme' })).toMatchObject([
    { done: 1, dead: 1, cancelled: 1, expired: 0, attempts: 2, cost: 3 },
  ]);
});

it('keeps the error of a dead letter, and its envelope only with data', async () => {
  for (const data of [true, false]) {
    const { database, finish, record, backlog } = await openRecorded({ data });
    await finish({ actionId: 'dead' }, { status: 'dead', error: failure });
    record();
    await expect.poll(backlog, PATIENT).toBe(0);
    const client = await openClient(database);
    const { rows } = await client.query('SELECT error, envelope FROM nooble.dead_letters');
    expect(rows).toMatchObject([{ error: failure, envelope: data ? { action_id: 'dead' } : null }]);
  }
});

it('pages through the endings of a search without gap or repetition', async () => {
  const { persistence, cancelMany, record, backlog } = await openRecorded();
  await cancelMany(25, { tenantId: 'acme' });
  await cancelMany(5, { tenantId: 'other' });
  record();
  await expect.poll(backlog, PATIENT).toBe(0);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const wanted = { tenantId: 'acme', limit: 10, ...(cursor !== undefined && { cursor }) };
    const page = await persistence.history.search(wanted);
    seen.push(...page.endings.map(({ actionId }) => actionId));
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(new Set(seen).size).toBe(25);
  expect(seen).toHaveLength(25);
  expect((await persistence.history.search({ ending: 'done' })).endings).toEqual([]);
  await expect(persistence.history.search({ cursor: 'x' })).rejects.toThrow(/cursor/);
});

it('two recorders store each ending once, and the usage equals the endings', async () => {
  const { database, cancelMany, record, backlog } = await openRecorded();
  await cancelMany(500);
  record({ batchSize: 20 });
  record({ batchSize: 20 });
  await cancelMany(200);
  await expect.poll(backlog, PATIENT).toBe(0);
  const client = await openClient(database);
  const { rows } = await client.query(
    'SELECT (SELECT count(*) FROM nooble.endings)::int AS endings, (SELECT sum(cancelled) FROM nooble.usage_daily)::int AS used',
  );
  expect(rows).toEqual([{ endings: 700, used: 700 }]);
});

it('records a gap as a row', async () => {
  const { database, cancelMany, record, backlog } = await openRecorded({
    maxEntries: 10,
    whenBehind: 'drop',
  });
  await cancelMany(30);
  const recorder = record();
  await expect.poll(backlog, PATIENT).toBe(0);
  const client = await openClient(database);
  const { rows } = await client.query(
    'SELECT sum(endings)::int AS missing FROM nooble.history_gaps',
  );
  expect(rows).toEqual([{ missing: 20 }]);
  await expect
    .poll(() => recorder.health().recorded, PATIENT)
    .toMatchObject({ endings: 10, missing: 20 });
});

it('waits while PostgreSQL is away, reports it, and then stores everything', async () => {
  const door = await openDoor(await testDatabase());
  const { persistence, cancelMany, record, backlog } = await openRecorded({}, door.url);
  const errors: unknown[] = [];
  const recorder = record({ onError: (error) => errors.push(error) });
  await cancelMany(5);
  await expect.poll(backlog, PATIENT).toBe(0);
  door.close();
  await cancelMany(5);
  await expect.poll(() => recorder.health().waiting.size, PATIENT).toBe(1);
  expect(errors[0]).toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  expect(await backlog()).toBe(5);
  await door.open();
  await expect.poll(backlog, PATIENT).toBe(0);
  expect(recorder.health().waiting.size).toBe(0);
  expect((await persistence.history.search({})).endings).toHaveLength(10);
});

it('stops while PostgreSQL is away, and leaves everything in Redis', async () => {
  const door = await openDoor(await testDatabase());
  const { cancelMany, record, backlog } = await openRecorded({}, door.url);
  door.close();
  await cancelMany(5);
  const recorder = record({ onError: () => undefined });
  await expect.poll(() => recorder.health().waiting.size, PATIENT).toBe(1);
  await recorder.stop();
  expect(recorder.health().isRunning).toBe(false);
  expect(await backlog()).toBe(5);
});

it('refuses wrong options together', async () => {
  const { persistence, queues } = await openRecorded();
  const wrong = { queues, domains: [], pollMs: 1 };
  expect(() => persistence.recorder(wrong)).toThrow(/domains.*pollMs/);
});

/** A way to the server that can be shut. */
async function openDoor(database: string) {
  const url = new URL(database);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connectTo(target);
    for (const each of [socket, onward]) {
      sockets.add(each);
      each.on('error', () => undefined);
      each.on('close', () => sockets.delete(each));
    }
    socket.pipe(onward).pipe(socket);
  });
  const open = async (port = 0) =>
    new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  await open();
  const { port } = server.address() as { port: number };
  onTestFinished(close);
  url.host = `127.0.0.1:${port}`;
  return { url: url.href, close, open: async () => open(port) };
}
