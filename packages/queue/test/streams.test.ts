import type { DomainAction } from '@nooble/models';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ActionClient } from '../src/action-client.ts';
import type { EnqueueOptions } from '../src/admission/enqueue-options.ts';
import type { ClaimedAction, EmittedChunks } from '../src/broker.ts';
import { keyspacesOf } from '../src/inspection/stored-actions.ts';
import { MAX_BATCH, MAX_KEPT } from '../src/protocol/chunk-batch.ts';
import { inboxKey } from '../src/protocol/keys.ts';
import { followCall, readPage } from '../src/protocol/operations/follow.ts';
import { replyCall } from '../src/protocol/operations/reply.ts';
import { START } from '../src/protocol/position.ts';
import { Partitions } from '../src/protocol/partitions.ts';
import { runScript } from '@nooble/redis';
import { failure, openQueue, PATIENT, startServer, type Queue } from './fixture.ts';

const HOUR_MS = 3_600_000;

/** Emits numbers as chunks of a claimed action. */
async function emit(queue: Queue, { lease }: ClaimedAction, chunks: Partial<EmittedChunks> = {}) {
  return queue.brokerOf().emit({ lease, first: 1, chunks: ['1'], readers: [], ...chunks });
}

/** Reads the stored stream. */
async function read(
  queue: Queue,
  actionId: string,
  fields: { after?: typeof START; inbox?: string; tenantId?: string } = {},
) {
  const partitions = new Partitions(queue);
  const [keyspace] = await keyspacesOf(partitions, { domain: 'embedding', actionId });
  if (!keyspace) throw new Error('No keyspace');
  const given = { actionId, tenantId: undefined, after: START, inbox: '', ...fields };
  return readPage(await runScript(queue.redis.command(), followCall(keyspace, given)));
}

const chunksIn = async (queue: Queue, actionId: string): Promise<unknown[]> =>
  (await read(queue, actionId)).batches.flatMap(({ chunks }) => chunks);

/** An action whose first attempt has emitted a chunk. */
async function streamed(
  queue: Queue,
  fields: Partial<DomainAction> = {},
  options: EnqueueOptions = {},
): Promise<ClaimedAction> {
  await queue.enqueue(fields, options);
  const claimed = await queue.claimOne();
  expect(await emit(queue, claimed)).toEqual({ held: true, followers: [] });
  return claimed;
}

function clientOf({ queues }: Queue): ActionClient {
  const client = new ActionClient({ queues });
  onTestFinished(async () => client.close());
  return client;
}

describe('emitting', () => {
  it('stores the same chunks once, in order, and ends with the outcome', async () => {
    const queue = openQueue();
    const claimed = await streamed(queue);
    const { actionId } = claimed.lease;
    for (const first of [2, 2, 1, 4, 2]) {
      expect(await emit(queue, claimed, { first, chunks: ['"a"', '"b"'] })).toMatchObject({
        held: true,
      });
    }
    expect(await chunksIn(queue, actionId)).toEqual([1, 'a', 'b', 'a', 'b']);
    const outcome = { status: 'done', result: 5 } as const;
    const settlement = { claimed, outcome, emitted: 5 };
    await queue.brokerOf().settle([settlement]);
    expect((await read(queue, actionId)).end).toEqual({ how: 'done', note: '5' });
  });

  it('is refused after the lease was lost, and leaves what the next attempt emitted', async () => {
    const queue = openQueue();
    const first = await streamed(queue);
    await queue.loseLeases();
    expect(await emit(queue, first, { first: 2 })).toEqual({ held: false, followers: [] });
    const second = await queue.claimOne();
    expect(await emit(queue, second, { chunks: ['"second"'] })).toMatchObject({ held: true });
    expect(await emit(queue, first, { first: 2 })).toMatchObject({ held: false });
    const page = await read(queue, first.lease.actionId);
    expect(page.batches).toEqual([
      { attempt: Number(second.lease.token), first: 1, chunks: ['second'] },
    ]);
  });

  it('is refused after the end, and for an action that is not running', async () => {
    const queue = openQueue();
    const claimed = await streamed(queue);
    await queue.settle(claimed, { status: 'done' });
    expect(await emit(queue, claimed, { first: 2 })).toMatchObject({ held: false });
    expect((await read(queue, claimed.lease.actionId)).batches).toHaveLength(1);
  });

  it('keeps the newest of a million chunks, within its bounds', async () => {
    const queue = openQueue();
    const claimed = await streamed(queue);
    const broker = queue.brokerOf();
    const count = MAX_BATCH.chunks;
    const chunks = Array.from({ length: count }, (_, at) => String(at % 10));
    for (let first = 2; first < 1_000_000; first += count) {
      await broker.emit({ lease: claimed.lease, first, chunks, readers: [] });
    }
    const large = `"${'x'.repeat(200_000)}"`;
    const key = `${queue.prefix}:{embedding}:stream:${claimed.lease.actionId}`;
    expect(await queue.redis.command().xlen(key)).toBe(MAX_KEPT.chunks / count);
    for (let first = 2_000_000; first < 2_000_040; first += 1) {
      await broker.emit({ lease: claimed.lease, first, chunks: [large], readers: [] });
    }
    expect(await queue.redis.command().xlen(key)).toBe(Math.floor(MAX_KEPT.bytes / large.length));
    expect(await queue.redis.command().memory('USAGE', key, 'SAMPLES', 0)).toBeLessThan(6_000_000);
  });

  it('travels in one call for all chunks of a turn', async () => {
    const server = await startServer();
    const queue = openQueue({ url: server.url });
    for (let n = 0; n < 20; n += 1) await queue.enqueue();
    const claimed = await queue.claim(20);
    const broker = queue.brokerOf();
    const calls = async (): Promise<number> => {
      const info = await queue.redis.command().info('commandstats');
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1] ?? 0);
    };
    const before = await calls();
    const emits = claimed.map(async ({ lease }) =>
      broker.emit({ lease, first: 1, chunks: ['1'], readers: [] }),
    );
    expect((await Promise.all(emits)).every(({ held }) => held)).toBe(true);
    // The script may have to be loaded first.
    expect((await calls()) - before).toBeLessThan(5);
  });
});

describe('a stream ends', () => {
  it('when too many workers died running its action', async () => {
    const queue = openQueue({ worker: { maxStalls: 0 } });
    const { lease } = await streamed(queue);
    await queue.loseLeases();
    expect((await read(queue, lease.actionId)).end).toEqual({ how: 'dead', note: 'stalled 1' });
  });

  it('when its action is cancelled or expires while it waits for a retry', async () => {
    const queue = openQueue();
    const retry = { status: 'retry', delayMs: HOUR_MS, error: failure } as const;
    const cancelled = await streamed(queue);
    await queue.settle(cancelled, retry);
    await queue.queues.cancel({ domain: 'embedding', actionId: cancelled.lease.actionId });
    expect((await read(queue, cancelled.lease.actionId)).end).toMatchObject({ how: 'cancelled' });
    const expired = await streamed(queue, {}, { expiresInMs: 500 });
    await queue.settle(expired, retry);
    const end = async () => {
      await queue.brokerOf().claim({ slots: 0 });
      return (await read(queue, expired.lease.actionId)).end?.how;
    };
    await expect.poll(end, PATIENT).toBe('expired');
    const followed = clientOf(queue).follow({
      domain: 'embedding',
      actionId: cancelled.lease.actionId,
    });
    expect(await followed.next()).toMatchObject({ value: 1 });
    await expect(followed.next()).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
  });

  it('once: a redriven action begins another, and so does a later action with its id', async () => {
    const queue = openQueue();
    const first = await streamed(queue);
    const { actionId } = first.lease;
    await queue.settle(first, { status: 'dead', error: failure });
    expect((await read(queue, actionId)).end).toMatchObject({ how: 'dead' });
    await queue.queues.deadLetters('embedding').redrive({ actionIds: [actionId] });
    expect(await read(queue, actionId)).toMatchObject({ lives: true, batches: [] });
    const second = await queue.claimOne();
    await emit(queue, second, { chunks: ['2'] });
    expect(await chunksIn(queue, actionId)).toEqual([2]);
    await queue.settle(second, { status: 'done' });
    await queue.enqueue({ actionId });
    expect(await read(queue, actionId)).toMatchObject({ lives: true, batches: [] });
  });
});

describe('following', () => {
  it('shows another tenant nothing, running or ended', async () => {
    const queue = openQueue();
    const claimed = await streamed(queue);
    const { actionId } = claimed.lease;
    const nothing = { lives: false, batches: [], isFull: false };
    const foreign = { tenantId: 'other', inbox: 'inbox:spy' };
    expect(await read(queue, actionId, foreign)).toEqual(nothing);
    expect(await emit(queue, claimed, { first: 2 })).toMatchObject({ followers: [] });
    await queue.settle(claimed, { status: 'done' });
    expect(await read(queue, actionId, foreign)).toEqual(nothing);
    expect(await read(queue, actionId, { tenantId: 'acme' })).toMatchObject({
      end: { how: 'done' },
    });
  });

  it('has chunks sent to at most sixteen inboxes', async () => {
    const queue = openQueue();
    const claimed = await streamed(queue);
    const { actionId } = claimed.lease;
    for (let n = 0; n < 20; n += 1) await read(queue, actionId, { inbox: `inbox:i${n}` });
    const { followers } = await emit(queue, claimed, { first: 2 });
    expect(followers).toHaveLength(16);
    await expect.poll(async () => queue.stored.replies('i3'), PATIENT).toHaveLength(1);
    expect(await queue.stored.replies('i19')).toEqual([]);
  });

  it('reads a long stream in pages', async () => {
    const queue = openQueue();
    const claimed = await streamed(queue);
    const large = JSON.stringify('x'.repeat(100_000));
    for (let first = 2; first <= 31; first += 1)
      await emit(queue, claimed, { first, chunks: [large] });
    const page = await read(queue, claimed.lease.actionId);
    expect(page).toMatchObject({ isFull: true, lives: true });
    expect(page.batches.length).toBeLessThan(31);
    const followed = clientOf(queue).follow({
      domain: 'embedding',
      actionId: claimed.lease.actionId,
    });
    let count = 0;
    while (count < 31 && (await followed.next()).done !== true) count += 1;
    expect(followed.position).toBe(`${claimed.lease.token}-31`);
  });
});

it('leaves room for replies in the inbox of a process that reads nothing', async () => {
  const queue = openQueue();
  const claimed = await streamed(queue);
  const replies = Array.from({ length: 995 }, () => ({ text: 'x', untilMs: 0 }));
  await runScript(queue.redis.command(), replyCall(queue.prefix, 'inbox:slow', replies));
  const broker = queue.brokerOf();
  for (let first = 2; first < 30; first += 1) {
    await broker.emit({ lease: claimed.lease, first, chunks: ['1'], readers: ['inbox:slow'] });
  }
  const length = async (): Promise<number> =>
    queue.redis.command().xlen(inboxKey(queue.prefix, 'slow'));
  await expect.poll(length, PATIENT).toBe(1_000);
  const answered = replyCall(queue.prefix, 'inbox:slow', [{ text: 'a reply', untilMs: 0 }]);
  expect(await runScript(queue.redis.command(), answered)).toBe(1);
});

it('streams in a domain with several partitions, whether the tenant is given or not', async () => {
  const queue = openQueue();
  await queue.queues.setPartitions('embedding', 4);
  const claimed = await streamed(queue);
  const { actionId } = claimed.lease;
  for (const tenant of [{}, { tenantId: 'acme' }]) {
    const followed = clientOf(queue).follow({ domain: 'embedding', actionId, ...tenant });
    expect(await followed.next()).toEqual({ done: false, value: 1 });
    await followed.return();
  }
});
