import { LeaseLostError, RedisUnavailableError } from '@nooble/errors';
import type { EmittedChunks, EmitResult } from '@nooble/queue';
import { describe, expect, it } from 'vitest';
import { Emitter } from '../src/attempts/emitter.ts';
import { deferred } from './fixture.ts';

const lease = {
  actionId: 'a1',
  tenantId: 'acme',
  tier: 'free',
  token: '7',
  deadline: Number.POSITIVE_INFINITY,
} as const;

const HELD: EmitResult = { held: true, followers: [] };

/** An emitter, and the batches that it sent. */
function emitterOn(answer: (chunks: EmittedChunks) => Promise<EmitResult> = async () => HELD) {
  const sent: EmittedChunks[] = [];
  const emitter = new Emitter({
    lease: () => lease,
    caller: 'inbox:me',
    emit: async (chunks) => {
      sent.push(chunks);
      return answer(chunks);
    },
  });
  return { emitter, sent };
}

describe('the chunks of an attempt', () => {
  it('travel together if they are emitted in one turn of the event loop', async () => {
    const { emitter, sent } = emitterOn();
    for (let n = 1; n <= 100; n += 1) await emitter.emit(String(n));
    await emitter.end({ opens: false });
    expect(sent).toMatchObject([{ first: 1, readers: ['inbox:me'] }]);
    expect(sent[0]?.chunks).toHaveLength(100);
    expect(emitter.emitted).toBe(100);
  });

  it('wait in a bounded buffer while a batch is in flight', async () => {
    const hold = deferred();
    const { emitter } = emitterOn(async () => hold.promise.then(() => HELD));
    const kibibyte = 'x'.repeat(1024);
    let emitted = 0;
    const emitting = (async () => {
      for (; emitted < 10_000; emitted += 1) await emitter.emit(kibibyte);
    })();
    await new Promise((resolve) => void setImmediate(resolve));
    await new Promise((resolve) => void setImmediate(resolve));
    expect(emitted).toBeGreaterThan(100);
    expect(emitted).toBeLessThan(300);
    hold.resolve();
    await emitting;
    await emitter.end({ opens: false });
    expect(emitter.emitted).toBe(10_000);
  });

  it('are sent again, with the same numbers, until Redis can be reached', async () => {
    let failures = 2;
    const { emitter, sent } = emitterOn(async () => {
      if (failures-- > 0) throw new RedisUnavailableError({ attempted: 'emit' });
      return HELD;
    });
    await emitter.emit('1');
    await emitter.end({ opens: false });
    expect(sent.map(({ first, chunks }) => [first, chunks])).toEqual([
      [1, ['1']],
      [1, ['1']],
      [1, ['1']],
    ]);
  });

  it('are refused once the lease is lost', async () => {
    const { emitter } = emitterOn(async () => ({ held: false, followers: [] }));
    await emitter.emit('1');
    await expect(emitter.end({ opens: false })).rejects.toBeInstanceOf(LeaseLostError);
    await expect(emitter.emit('2')).rejects.toMatchObject({ code: 'HANDLER_RETURNED' });
  });

  it('fail the attempt where a handler emits without end and awaits nothing', async () => {
    const { emitter } = emitterOn();
    const large = 'x'.repeat(200_000);
    const emits = Array.from({ length: 200 }, async () => emitter.emit(large));
    const results = await Promise.allSettled(emits);
    expect(results.some(({ status }) => status === 'rejected')).toBe(true);
    await expect(emitter.end({ opens: false })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
  });

  it('go to the inboxes that follow the action, and once to that of its caller', async () => {
    const followers = ['inbox:me', 'inbox:other'];
    const { emitter, sent } = emitterOn(async () => ({ held: true, followers }));
    await emitter.emit('1');
    await new Promise((resolve) => void setImmediate(resolve));
    await emitter.emit('2');
    await emitter.end({ opens: false });
    expect(sent.map(({ readers }) => readers)).toEqual([['inbox:me'], followers]);
  });

  it('make a stream without chunks if the caller reads it, and none otherwise', async () => {
    const [read, plain] = [emitterOn(), emitterOn()];
    await read.emitter.end({ opens: true });
    await plain.emitter.end({ opens: false });
    expect(read.sent).toMatchObject([{ first: 1, chunks: [] }]);
    expect([read.emitter.emitted, plain.emitter.emitted]).toEqual([0, undefined]);
    expect(plain.sent).toEqual([]);
  });
});
