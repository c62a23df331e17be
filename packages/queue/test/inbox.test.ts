import { runScript } from '@nooble/redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Inbox } from '../src/delivery/inbox.ts';
import { Inboxes } from '../src/delivery/inboxes.ts';
import { inboxKey } from '../src/protocol/keys.ts';
import {
  MAX_INBOX_BYTES,
  MAX_REPLIES,
  readReplied,
  replyCall,
} from '../src/protocol/operations/reply.ts';
import type { Reply } from '../src/protocol/replies.ts';
import { openQueue, PATIENT, type Queue } from './fixture.ts';

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

/** Writes texts to the inbox `me`; resolves to the number that it accepted. */
async function put({ redis, prefix }: Queue, texts: readonly string[], untilMs = 0) {
  const replies = texts.map((text) => ({ text, untilMs }));
  return readReplied(await runScript(redis.command(), replyCall(prefix, 'inbox:me', replies)));
}

function replyOf(id: number): string {
  return JSON.stringify({ action_id: `a${id}`, status: 'done' });
}

describe('an inbox', () => {
  it('takes replies up to its number, drops none of them, and takes more when some have left', async () => {
    const queue = openQueue();
    const key = inboxKey(queue.prefix, 'me');
    let taken = 0;
    for (let batch = 0; batch <= MAX_REPLIES / 5_000; batch += 1) {
      taken += await put(
        queue,
        Array.from({ length: 5_000 }, () => 'x'),
      );
    }
    expect(taken).toBe(MAX_REPLIES);
    expect(await queue.redis.command().xlen(key)).toBe(MAX_REPLIES);
    const [[oldest] = ['']] = await queue.redis.command().xrange(key, '-', '+', 'COUNT', 1);
    await queue.redis.command().xdel(key, oldest);
    expect(await put(queue, ['y', 'z'])).toBe(1);
  });

  it('takes replies up to its bytes, whichever have left, and one of any size when it is empty', async () => {
    const queue = openQueue();
    const key = inboxKey(queue.prefix, 'me');
    const large = 'x'.repeat(MAX_INBOX_BYTES / 4);
    for (let n = 0; n < 4; n += 1) expect(await put(queue, [large])).toBe(1);
    expect(await put(queue, ['x'])).toBe(0);
    const entries = await queue.redis.command().xrange(key, '-', '+', 'COUNT', 2);
    await queue.redis.command().xdel(key, ...entries.map(([id]) => id));
    expect(await put(queue, [large, large, 'x'])).toBe(2);
    await queue.redis.command().del(key);
    expect(await put(queue, [`${large}${large}${large}${large}x`])).toBe(1);
  });

  it('lives until its callers have stopped waiting, at least a minute, and never shorter than before', async () => {
    const queue = openQueue();
    const lives = async () => queue.redis.command().pttl(inboxKey(queue.prefix, 'me'));
    await put(queue, ['x']);
    expect(await lives()).toBeGreaterThan(50_000);
    expect(await lives()).toBeLessThanOrEqual(60_000);
    await put(queue, ['x'], (await queue.stored.now()) + HOUR_MS);
    expect(await lives()).toBeGreaterThan(HOUR_MS - 50_000);
    await put(queue, ['x']);
    expect(await lives()).toBeGreaterThan(HOUR_MS - 50_000);
  });

  it('is read again where a connection broke before its reader had the replies', async () => {
    const queue = openQueue();
    const read: (string | undefined)[] = [];
    const onReply = ({ actionId }: Partial<Reply>) => read.push(actionId) > 0;
    const inbox = new Inbox({
      redis: queue.redis,
      prefix: queue.prefix,
      onReply,
      onChunks: () => undefined,
    });
    onTestFinished(async () => inbox.stop());
    const inboxes = new Inboxes({ redis: queue.redis, prefix: queue.prefix });
    const ids = Array.from({ length: 40 }, (_, id) => id);
    const write = async (id: number) =>
      inboxes.write({ replyTo: inbox.name, text: replyOf(id), untilMs: 0 });
    await Promise.all(ids.map(write));
    inbox.start();
    await expect.poll(() => read, PATIENT).toEqual(ids.map((id) => `a${id}`));
    const left = async () =>
      queue.redis.command().xlen(inboxKey(queue.prefix, inbox.name.slice('inbox:'.length)));
    await expect.poll(left, PATIENT).toBe(0);
  });
});

describe('writing into an inbox', () => {
  it('waits for room in a full one', async () => {
    const queue = openQueue();
    const key = inboxKey(queue.prefix, 'me');
    const full = Array.from({ length: MAX_INBOX_BYTES / MIB }, () => 'x'.repeat(MIB));
    expect(await put(queue, full)).toBe(full.length);
    expect(await put(queue, ['x'])).toBe(0);
    const inboxes = new Inboxes({ redis: queue.redis, prefix: queue.prefix });
    const written = inboxes.write({ replyTo: 'inbox:me', text: 'y', untilMs: 0 });
    const [[oldest] = ['']] = await queue.redis.command().xrange(key, '-', '+', 'COUNT', 1);
    const [, last] = await Promise.all([queue.redis.command().xdel(key, oldest), written]);
    expect(last).toBeUndefined();
    const [[, fields] = ['', []]] = await queue.redis
      .command()
      .xrevrange(key, '+', '-', 'COUNT', 1);
    expect(fields.at(-1)).toBe('y');
  });

  it('fails for all that wait where Redis refuses, and for no other inbox', async () => {
    const queue = openQueue();
    await queue.redis.command().set(inboxKey(queue.prefix, 'me'), 'not a stream');
    const inboxes = new Inboxes({ redis: queue.redis, prefix: queue.prefix });
    const write = async (replyTo: string) => inboxes.write({ replyTo, text: 'x', untilMs: 0 });
    const written = await Promise.allSettled(
      ['inbox:me', 'inbox:you', 'inbox:me'].map(async (replyTo) => write(replyTo)),
    );
    expect(written.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    await queue.redis.command().del(inboxKey(queue.prefix, 'me'));
    await write('inbox:me');
    expect(await queue.stored.replies('me')).toEqual(['x']);
  });
});
