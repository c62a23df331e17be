import type { RedisPool } from '@nooble/redis';
import { scriptOf } from '../src/protocol/keyspace.ts';

/** Fate of a round trip of a worker: it arrives, it never reaches Redis, or its answer is lost after it took effect. */
export type Fate = 'arrives' | 'is lost' | 'answer is lost';

interface RoundTrip {
  readonly fate: Fate;
  readonly replies: Promise<unknown>[];
}

const ROUND_TRIP = [scriptOf('settle'), scriptOf('tick'), scriptOf('claim')];

type Send = (...args: unknown[]) => Promise<unknown>;

/**
 * A pool whose round trips (settle, tick and claim, in one pipeline) meet the fates of a course in its order, and arrive
 * once it is used up.
 */
export function unreliable(redis: RedisPool, course: Fate[]): RedisPool {
  const client = redis.command();
  let current: RoundTrip | undefined;
  const roundTrip = (): RoundTrip => {
    if (current) return current;
    queueMicrotask(() => (current = undefined));
    return (current = { fate: course.shift() ?? 'arrives', replies: [] });
  };
  const meetFate = async (trip: RoundTrip, send: Send, args: unknown[]): Promise<unknown> => {
    if (trip.fate === 'is lost') throw new Error('Connection is closed.');
    const reply = send(...args);
    trip.replies.push(reply);
    if (trip.fate === 'arrives') return reply;
    await Promise.resolve();
    const unknown = (await Promise.allSettled(trip.replies)).some(isUnknownScript);
    if (!unknown) throw new Error('Connection is closed.');
    // Nothing took effect: the scripts are sent again with their text, and meet the fate then.
    if (reply === trip.replies[0]) course.unshift(trip.fate);
    return reply;
  };
  const command = new Proxy(client, {
    get: (_client, name) => {
      const own: unknown = Reflect.get(client, name, client);
      if (name !== 'evalsha' && name !== 'eval') return own;
      const send = (own as Send).bind(client);
      return async (...args: unknown[]) =>
        isOfRoundTrip(args) ? meetFate(roundTrip(), send, args) : send(...args);
    },
  });
  return { command: () => command } as RedisPool;
}

function isUnknownScript(reply: PromiseSettledResult<unknown>): boolean {
  return reply.status === 'rejected' && (reply.reason as Error).message.startsWith('NOSCRIPT');
}

function isOfRoundTrip([script]: readonly unknown[]): boolean {
  return ROUND_TRIP.some(({ sha, lua }) => script === sha || script === lua);
}
