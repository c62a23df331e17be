import type { RedisPool } from '@nooble/redis';

/** What becomes of a pipeline: a lost one never reaches Redis, one whose answer is lost acts there. */
export type Fate = 'arrives' | 'is lost' | 'answer is lost';

/** A pool whose pipelines meet the fates of a course in its order, and arrive once it is over. */
export function unreliable(redis: RedisPool, course: Fate[]): RedisPool {
  const client = redis.command();
  const pipeline = () => {
    const calls = client.pipeline();
    const exec = calls.exec.bind(calls);
    calls.exec = async () => {
      const fate = course.shift() ?? 'arrives';
      const replies = fate === 'is lost' ? null : await exec();
      if (fate === 'arrives') return replies;
      const isUnknown = replies?.some(([error]) => error?.message.startsWith('NOSCRIPT'));
      if (isUnknown !== true) throw new Error('Connection is closed.');
      // Nothing acted: the scripts are sent again with their text, and meet the fate instead.
      course.unshift(fate);
      return replies;
    };
    return calls;
  };
  const command = new Proxy(client, {
    get: (_client, name) => (name === 'pipeline' ? pipeline : Reflect.get(client, name, client)),
  });
  return { command: () => command } as RedisPool;
}
