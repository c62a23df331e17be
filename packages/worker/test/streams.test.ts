import { randomUUID } from 'node:crypto';
import { defineAction, type DomainAction } from '@nooble/models';
import { ActionClient, DomainQueueManager, RESTART } from '@nooble/queue';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import type { WorkerOptions } from '../src/options.ts';
import { giveUp } from '../src/handlers/control.ts';
import { aborted, deferred, readAll } from './fixture.ts';

const answer = defineAction('model.answer', {
  data: z.object({ words: z.number() }),
  result: z.object({ words: z.number() }),
  chunk: z.object({ text: z.string() }),
});

const acme = { tenantId: 'acme', tenantTier: 'professional' } as const;
const asking = (words: number) => ({ ...acme, data: { words } });
const word = (n: number) => ({ text: `word ${n}` });
const words = (count: number, from = 1) =>
  Array.from({ length: count }, (_, at) => word(from + at));

type Emit = (chunk: { text: string }) => Promise<void>;
type Run = (
  action: DomainAction<{ words: number }>,
  ctx: { emit: Emit; attempt: number; signal: AbortSignal },
) => Promise<{ words: number }>;

/** Emits all words at once. */
const emitAll: Run = async ({ data }, { emit }) => {
  for (let n = 1; n <= data.words; n += 1) await emit(word(n));
  return { words: data.words };
};

/** A separate queue with clients and workers. Everything is closed when the test ends. */
function nooble(redis = inject('redisUrl')) {
  const prefix = `test-${randomUUID()}`;
  const clientOf = (): ActionClient => {
    const queues = new DomainQueueManager({ redis, prefix });
    onTestFinished(async () => queues.close());
    return new ActionClient({ queues });
  };
  const start = async (run: Run, options: Partial<WorkerOptions> = {}): Promise<BaseWorker> => {
    const processor = new ActionProcessor().register(answer, run);
    const quiet = { logger: false, handleSignals: false, graceMs: 0 } as const;
    const retry = { baseMs: 1, capMs: 1 };
    const worker = new BaseWorker({ redis, prefix, processor, retry, ...quiet, ...options });
    onTestFinished(async () => worker.stop());
    await worker.start();
    return worker;
  };
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  return { queues, prefix, clientOf, start };
}

describe('a stream', () => {
  it('yields the chunks of the handler in order, and returns its result', async () => {
    const { clientOf, start } = nooble();
    await start(emitAll);
    const stream = clientOf().stream(answer, asking(5_000));
    expect(await readAll(stream)).toEqual({ items: words(5_000), result: { words: 5_000 } });
    expect(await stream.result).toEqual({ words: 5_000 });
  });

  it('is followed by another process while it runs, and again from a position after its end', async () => {
    const { clientOf, start } = nooble();
    const goOn = deferred();
    await start(async (_action, { emit }) => {
      for (const each of words(3)) await emit(each);
      await goOn.promise;
      for (const each of words(3, 4)) await emit(each);
      return { words: 6 };
    });
    const stream = clientOf().stream(answer, asking(6));
    expect(await stream.next()).toEqual({ done: false, value: word(1) });
    const { ref, position = '' } = stream;
    const other = clientOf().follow(ref, { definition: answer });
    expect(await other.next()).toEqual({ done: false, value: word(1) });
    goOn.resolve();
    expect(await readAll(other)).toEqual({ items: words(5, 2), result: { words: 6 } });
    expect(await readAll(stream)).toEqual({ items: words(5, 2), result: { words: 6 } });
    const late = clientOf().follow(ref, { definition: answer, after: position });
    expect(await readAll(late)).toEqual({ items: words(5, 2), result: { words: 6 } });
  });

  it('restarts with a further attempt, and mixes no two', async () => {
    const { clientOf, start } = nooble();
    await start(async (_action, { emit, attempt }) => {
      for (const each of words(3, attempt * 10)) await emit(each);
      if (attempt === 1) throw new Error('The first attempt fails');
      return { words: 3 };
    });
    const stream = clientOf().stream(answer, asking(3), { onRestart: 'restart' });
    const { items } = await readAll(stream);
    const at = items.indexOf(RESTART);
    expect(items.slice(0, at)).toEqual(words(3, 10).slice(0, at));
    expect(items.slice(at + 1)).toEqual(words(3, 20));
  });
});

describe('a chunk', () => {
  it('that is invalid, too large, or comes after the end is refused with a typed error', async () => {
    const { clientOf, start } = nooble();
    const codes: unknown[] = [];
    const note = (error: { code?: string }): number => codes.push(error.code);
    const later = deferred<Emit>();
    await start(async (_action, { emit }) => {
      await emit({ text: 5 } as never).catch(note);
      await emit(undefined as never).catch(note);
      await emit({ text: 'x'.repeat(2 * 1024 * 1024) }).catch(note);
      await emit(word(1));
      later.resolve(emit);
      return { words: 1 };
    });
    const stream = clientOf().stream(answer, asking(1));
    expect(await readAll(stream)).toEqual({ items: words(1), result: { words: 1 } });
    await (await later.promise)(word(2)).catch(note);
    expect(codes).toEqual(['VALIDATION', 'VALIDATION', 'PAYLOAD_TOO_LARGE', 'HANDLER_RETURNED']);
  });
});

describe('the end of a stream', () => {
  it('is the error of the action where it fails, after its last chunk', async () => {
    const { clientOf, start } = nooble();
    await start(async (_action, { emit }) => {
      await emit(word(1));
      return giveUp('no more words');
    });
    const stream = clientOf().stream(answer, asking(1));
    expect(await stream.next()).toEqual({ done: false, value: word(1) });
    await expect(stream.next()).rejects.toMatchObject({ code: 'ACTION_FAILED' });
    await expect(stream.result).rejects.toMatchObject({ code: 'ACTION_FAILED' });
    const followed = clientOf().follow(stream.ref);
    expect((await followed.next()).value).toEqual(word(1));
    await expect(followed.next()).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      details: { error: { message: 'no more words' } },
    });
  });

  it('comes without chunks where the handler emitted none, also for another process', async () => {
    const { clientOf, start } = nooble();
    await start(async () => ({ words: 0 }));
    const stream = clientOf().stream(answer, asking(0));
    expect(await readAll(stream)).toEqual({ items: [], result: { words: 0 } });
    const followed = clientOf().follow(stream.ref, { definition: answer });
    expect(await readAll(followed)).toEqual({ items: [], result: { words: 0 } });
  });

  it('throws where a further attempt begins, unless the reader asked for a restart', async () => {
    const { clientOf, start } = nooble();
    const again = deferred();
    await start(async (_action, { emit, attempt }) => {
      await emit(word(attempt));
      if (attempt === 1) await again.promise.then(() => Promise.reject(new Error('Again')));
      return { words: 1 };
    });
    const stream = clientOf().stream(answer, asking(1));
    expect((await stream.next()).value).toEqual(word(1));
    again.resolve();
    await expect(stream.next()).rejects.toMatchObject({ code: 'STREAM_RESTARTED' });
    expect(await stream.next()).toMatchObject({ done: true });
  });

  it('leaves no key after its time, and keeps it until then', async () => {
    const { clientOf, start, queues, prefix } = nooble();
    await start(emitAll);
    const stream = clientOf().stream(answer, asking(3));
    await readAll(stream);
    const keys = async (): Promise<string[]> => queues.redis.command().keys(`${prefix}:*stream:*`);
    const [key = ''] = await keys();
    expect(await queues.redis.command().pttl(key)).toBeGreaterThan(500_000);
    expect(await queues.redis.command().pttl(key)).toBeLessThanOrEqual(600_000);
  });
});

describe('a reader', () => {
  it('that leaves its loop has its action cancelled if it has not started', async () => {
    const { clientOf, queues } = nooble();
    const stream = clientOf().stream(answer, asking(1));
    const waiting = async (): Promise<unknown> => (await queues.get(stream.ref))?.state;
    await expect.poll(waiting).toBe('waiting');
    await stream.return();
    await expect.poll(waiting).toBe(undefined);
    await expect(stream.result).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
  });

  it('that leaves its loop stops the handler, in another process', async () => {
    const { clientOf, start } = nooble();
    const stopped = deferred<unknown>();
    await start(async (_action, { emit, signal }) => {
      await emit(word(1));
      await aborted(signal).catch(stopped.resolve);
      await emit(word(2)).catch(() => undefined);
      return { words: 2 };
    });
    const stream = clientOf().stream(answer, asking(2));
    const followed = clientOf().follow(stream.ref, { definition: answer });
    for await (const chunk of stream) {
      expect(chunk).toEqual(word(1));
      expect(await followed.next()).toEqual({ done: false, value: word(1) });
      break;
    }
    expect(await stopped.promise).toMatchObject({ code: 'ACTION_CANCELLED' });
    await expect(stream.result).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
    await expect(followed.next()).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
  });

  it.each(['done', 'dead', 'cancelled'] as const)(
    'that follows an action which emits nothing, and is then %s, receives its end',
    async (how) => {
      const { clientOf, start, queues } = nooble();
      const [begun, goOn] = [deferred(), deferred()];
      await start(async (_action, { signal }) => {
        begun.resolve();
        await Promise.race([goOn.promise, aborted(signal)]);
        if (how === 'dead') giveUp('no');
        return { words: 0 };
      });
      const ref = await queues.tenant(acme).enqueue(answer, { words: 0 });
      await begun.promise;
      const followed = clientOf().follow(ref, { definition: answer });
      const end = readAll(followed).catch((error: { code: string }) => error.code);
      const keys = async () => queues.redis.command().keys(`*followers:${ref.actionId}`);
      await expect.poll(keys).toHaveLength(1);
      if (how === 'cancelled') await queues.cancel(ref);
      goOn.resolve();
      const done = { items: [], result: { words: 0 } };
      const expected = { done, dead: 'ACTION_FAILED', cancelled: 'ACTION_CANCELLED' };
      expect(await end).toEqual(expected[how]);
    },
  );

  it('of another tenant, of an unknown action or with a hostile position gets a typed error', async () => {
    const { clientOf, start } = nooble();
    await start(emitAll);
    const client = clientOf();
    const stream = client.stream(answer, asking(3));
    await readAll(stream);
    for (const ref of [
      { ...stream.ref, tenantId: 'other' },
      { ...stream.ref, actionId: 'unheard-of' },
    ]) {
      await expect(client.follow(ref).next()).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
    }
    for (const after of [
      '',
      '1',
      '1-',
      '-1',
      '1-2-3',
      '99999999999999999-1',
      '$',
      '+',
      'a-b',
      '1-1\n',
    ]) {
      expect(() => client.follow(stream.ref, { after }), after).toThrow(/not a position/);
    }
    for (const hostile of ['*', '{x}', 'a:b', '']) {
      expect(() => client.follow({ ...stream.ref, actionId: hostile })).toThrow(/action id/);
    }
  });

  it('of another tenant gets nothing while the action runs', async () => {
    const { clientOf, start } = nooble();
    const goOn = deferred();
    await start(async (_action, { emit }) => {
      await emit(word(1));
      await goOn.promise;
      return { words: 1 };
    });
    const client = clientOf();
    const stream = client.stream(answer, asking(1));
    await stream.next();
    const foreign = clientOf().follow({ ...stream.ref, tenantId: 'other' });
    await expect(foreign.next()).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
    goOn.resolve();
  });

  it('ends where its signal aborts, and its client closes', async () => {
    const { clientOf } = nooble();
    const stop = new AbortController();
    const client = clientOf();
    const aborted = client.stream(answer, asking(1), { signal: stop.signal }).next();
    const closed = client.stream(answer, asking(1)).next();
    closed.catch(() => undefined);
    stop.abort(new Error('The browser has gone'));
    await expect(aborted).rejects.toThrow('The browser has gone');
    await client.close();
    await expect(closed).rejects.toMatchObject({ code: 'ACTION_CANCELLED' });
    expect(() => client.stream(answer, asking(1))).toThrow(/cancelled/);
  });
});

it('bounds chunks that nobody reads, in Redis and in the inbox', async () => {
  const { clientOf, start, queues, prefix } = nooble();
  const count = 100_000;
  await start(emitAll);
  const stream = clientOf().stream(answer, asking(count));
  expect(await stream.result).toEqual({ words: count });
  const redis = queues.redis.command();
  const [key = ''] = await redis.keys(`${prefix}:*stream:*`);
  expect(await redis.memory('USAGE', key)).toBeLessThan(8 * 1024 * 1024);
  for (const inbox of await redis.keys(`${prefix}:*replies`)) {
    expect(await redis.xlen(inbox)).toBeLessThan(1_100);
  }
  const late = clientOf().follow(stream.ref, { definition: answer });
  const gap = await late.next().catch((error: unknown) => error as { resumeAfter: string });
  const after = 'resumeAfter' in gap ? gap.resumeAfter : '';
  const { items } = await readAll(clientOf().follow(stream.ref, { definition: answer, after }));
  const first = Number(after.split('-')[1]) + 1;
  expect(items).toEqual(words(count - first + 1, first));
}, 60_000);

it('streams for a tenant, also where its tier has to be looked up', async () => {
  const { prefix, start } = nooble();
  await start(emitAll);
  const directory = { resolve: async () => ({ tier: 'free' as const }) };
  const queues = new DomainQueueManager({ redis: inject('redisUrl'), prefix, directory });
  onTestFinished(async () => queues.close());
  for (const tenant of [{ tenantId: 'acme' }, { tenantId: 'acme', tenantTier: 'free' as const }]) {
    const stream = queues.tenant(tenant).stream(answer, { words: 3 });
    expect(await readAll(stream)).toEqual({ items: words(3), result: { words: 3 } });
    expect(stream.ref).toMatchObject({ domain: 'model', tenantId: 'acme' });
  }
  expect(() => queues.tenant(acme).stream(answer, { words: 3 }, { timeout: 5 } as never)).toThrow(
    /no option/,
  );
});

it.each([
  [
    'does not fit its schema',
    async (emit: Emit) => void emit({ text: 5 } as never),
    'ACTION_FAILED',
  ],
  [
    'comes after the end',
    async (emit: Emit) => void setImmediate(() => void emit(word(1))),
    'done',
  ],
])('a chunk that %s and is not awaited does not end the process', async (_why, run, ends) => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => void rejections.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const { clientOf, start } = nooble();
  await start(async (_action, { emit }) => {
    await run(emit);
    return { words: 0 };
  });
  const client = clientOf();
  for (let n = 0; n < 2; n += 1) {
    const end = client.request(answer, asking(0)).then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    expect(await end).toBe(ends);
  }
  expect(rejections).toEqual([]);
});

it('a cancelled handler that does not await its chunks does not end the process', async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => void rejections.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const { clientOf, start } = nooble();
  const worker = await start(async (_action, { emit, signal }) => {
    void emit(word(1));
    await aborted(signal).catch(() => void emit(word(2)));
    return { words: 2 };
  });
  const cancelled = new Promise((resolve) => void worker.events.once('cancelled', resolve));
  for await (const _chunk of clientOf().stream(answer, asking(2))) break;
  await cancelled;
  expect(rejections).toEqual([]);
});
