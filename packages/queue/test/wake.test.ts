import { expect, it, onTestFinished, vi } from 'vitest';
import { failure, openQueue, PATIENT, startServer, type Queue } from './fixture.ts';

/** Counts the tokens for idle workers and removes them. */
async function takeTokens({ stored }: Queue): Promise<number> {
  const tokens = await stored.client.llen(stored.key('wake'));
  await stored.client.del(stored.key('wake'));
  return tokens;
}

async function blockedOn({ redis }: Queue): Promise<number> {
  const list = String(await redis.command().client('LIST'));
  return list.split('\n').filter((line) => line.includes('cmd=blpop')).length;
}

it('wakes a worker that waits, which takes the token', async () => {
  const server = await startServer();
  const queue = openQueue({ url: server.url });
  const { signal } = new AbortController();
  const woken = queue.brokerOf().waitForWork({ timeoutMs: 5_000, signal });
  await expect.poll(async () => blockedOn(queue), PATIENT).toBe(1);
  await queue.enqueue();
  await woken;
  expect(await takeTokens(queue)).toBe(0);
});

it('does not block when there is a token already', async () => {
  const queue = openQueue();
  await queue.enqueue();
  const { signal } = new AbortController();
  await queue.brokerOf().waitForWork({ timeoutMs: 5_000, signal });
  expect(await takeTokens(queue)).toBe(0);
});

it('stops waiting after its time, and when its signal aborts', async () => {
  const queue = openQueue();
  const broker = queue.brokerOf();
  const stop = new AbortController();
  await broker.waitForWork({ timeoutMs: 20, signal: stop.signal });
  const waiting = broker.waitForWork({ timeoutMs: 5_000, signal: stop.signal });
  stop.abort();
  await waiting;
  await broker.waitForWork({ timeoutMs: 5_000, signal: stop.signal });
});

it('passes on a token that comes after the worker has stopped waiting', async () => {
  const server = await startServer();
  const queue = openQueue({ url: server.url });
  const stop = new AbortController();
  const waiting = queue.brokerOf().waitForWork({ timeoutMs: 5_000, signal: stop.signal });
  await expect.poll(async () => blockedOn(queue), PATIENT).toBe(1);
  stop.abort();
  await waiting;
  await queue.enqueue();
  const tokens = async () => queue.stored.client.llen(queue.stored.key('wake'));
  await expect.poll(tokens, PATIENT).toBe(1);
});

it('says that Redis is away instead of waiting for it', async () => {
  const queue = openQueue({ url: 'redis://127.0.0.1:1' });
  const broker = queue.brokerOf();
  const { signal } = new AbortController();
  const tries = await Promise.allSettled([
    broker.waitForWork({ timeoutMs: 5_000, signal }),
    broker.ping(),
  ]);
  const refused = { status: 'rejected', reason: { code: 'REDIS_UNAVAILABLE' } };
  expect(tries).toMatchObject([refused, refused]);
});

it('leaves at most one token', async () => {
  const queue = openQueue();
  for (let n = 0; n < 5; n += 1) await queue.enqueue({ tenantId: `tenant-${n}` });
  expect(await takeTokens(queue)).toBe(1);
});

it('wakes nobody for an action of a tenant that is ready already', async () => {
  const queue = openQueue();
  await queue.enqueue();
  await takeTokens(queue);
  await queue.enqueue();
  expect(await takeTokens(queue)).toBe(0);
});

it('passes the chain on after a claim that leaves ready tenants behind, and ends it else', async () => {
  const queue = openQueue();
  for (let n = 0; n < 3; n += 1) await queue.enqueue();
  await takeTokens(queue);
  await queue.claim(2);
  expect(await takeTokens(queue)).toBe(1);
  await queue.claim(2);
  expect(await takeTokens(queue)).toBe(0);
  await queue.claim(2);
  expect(await takeTokens(queue)).toBe(0);
});

it('wakes a worker for a new head of what is delayed, and for no later one', async () => {
  const queue = openQueue();
  await queue.enqueue({}, { delayMs: 60_000 });
  expect(await takeTokens(queue)).toBe(1);
  await queue.enqueue({}, { delayMs: 90_000 });
  expect(await takeTokens(queue)).toBe(0);
  await queue.enqueue({}, { delayMs: 30_000 });
  expect(await takeTokens(queue)).toBe(1);
});

it('wakes nobody while the domain is paused, and somebody when it is resumed', async () => {
  const queue = openQueue();
  await queue.queues.pause('embedding');
  await queue.enqueue();
  expect(await takeTokens(queue)).toBe(0);
  await queue.queues.resume('embedding');
  expect(await takeTokens(queue)).toBe(1);
});

it('wakes a worker when a tenant with waiting actions is resumed', async () => {
  const queue = openQueue();
  const acme = { domain: 'embedding', tenantId: 'acme' };
  await queue.queues.pause(acme);
  await queue.enqueue();
  expect(await takeTokens(queue)).toBe(0);
  await queue.queues.resume(acme);
  expect(await takeTokens(queue)).toBe(1);
});

it('wakes a worker when a capped tenant may be served again', async () => {
  const queue = openQueue({ tiers: { professional: { maxActive: 1, perMinute: null } } });
  await queue.enqueue();
  await queue.enqueue();
  const claimed = await queue.claimOne();
  await queue.claim(1);
  await takeTokens(queue);
  await queue.settle(claimed, { status: 'done' });
  expect(await takeTokens(queue)).toBe(1);
});

it('wakes a worker for what is released, retried, redriven or taken back', async () => {
  const queue = openQueue({ worker: { maxStalls: 1 } });
  const { actionId } = await queue.enqueue();
  await takeTokens(queue);
  await queue.settle(await queue.claimOne(), { status: 'release' });
  expect(await takeTokens(queue)).toBe(1);
  const retry = { status: 'retry', delayMs: 0, error: failure } as const;
  await queue.settle(await queue.claimOne(), retry);
  expect(await takeTokens(queue)).toBe(1);
  await queue.settle(await queue.claimOne(), { status: 'dead', error: failure });
  await takeTokens(queue);
  await queue.queues.deadLetters('embedding').redrive({ actionIds: [actionId] });
  expect(await takeTokens(queue)).toBe(1);
  await queue.claimOne();
  await takeTokens(queue);
  await queue.loseLeases();
  expect((await queue.queues.stats('embedding')).suspects).toBe(1);
  expect(await takeTokens(queue)).toBe(1);
});

it('wakes a worker for a suspect whose tenant is resumed or no longer at its cap', async () => {
  const open = { maxActive: 1, perMinute: null };
  const queue = openQueue({ worker: { maxStalls: 1 }, tiers: { professional: open } });
  const acme = { domain: 'embedding', tenantId: 'acme' };
  await queue.enqueue();
  await queue.claimOne();
  await queue.queues.pause(acme);
  await queue.loseLeases();
  await queue.claim(1);
  await takeTokens(queue);
  await queue.queues.resume(acme);
  expect(await takeTokens(queue)).toBe(1);
  await queue.enqueue();
  const other = await queue.brokerOf().claim({ slots: 1, acceptSuspect: false });
  await queue.claim(1);
  await takeTokens(queue);
  await queue
    .brokerOf()
    .settle(other.claimed.map((claimed) => ({ claimed, outcome: { status: 'done' } })));
  expect(await takeTokens(queue)).toBe(1);
});

it('looks at what time brings every 5 s, and when the last claim said that something is due', async () => {
  const queue = openQueue();
  const clock = vi.spyOn(performance, 'now');
  onTestFinished(() => clock.mockRestore());
  const start = performance.now();
  const broker = queue.brokerOf();
  const claimAt = async (ms: number) => {
    clock.mockReturnValue(start + ms);
    return (await broker.claim({ slots: 1 })).claimed.length;
  };
  expect(await claimAt(0)).toBe(0);
  await queue.enqueue({}, { delayMs: 3_600_000 });
  await queue.stored.hasten('delayed', 3_599_000);
  expect(await claimAt(1)).toBe(0);
  await queue.stored.hasten('delayed', 1_000);
  expect(await claimAt(1_001)).toBe(1);
  await queue.enqueue({}, { delayMs: 3_600_000 });
  expect(await claimAt(1_002)).toBe(0);
  await queue.stored.hasten('delayed', 3_600_000);
  expect(await claimAt(6_001)).toBe(1);
  await queue.enqueue({}, { delayMs: 3_600_000 });
  await queue.stored.hasten('delayed', 3_600_000);
  expect(await claimAt(6_002)).toBe(0);
});
