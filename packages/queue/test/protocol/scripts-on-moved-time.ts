import type { SCRIPTS } from '../../src/generated/scripts.ts';

/** Fields of a domain's `state` that stand for the clock of the server. */
export const MOVED_CLOCK = ['test-seconds', 'test-micros'] as const;

const SERVER_CLOCK = "redis.call('TIME')";

/** The scripts, reading a clock that a test moves in place of the server's. */
export function onMovedTime(scripts: typeof SCRIPTS): typeof SCRIPTS {
  const fields = MOVED_CLOCK.map((field) => `'${field}'`).join(', ');
  const moved = Object.entries(scripts).map(([name, { keys, lua }]) => [
    name,
    {
      keys,
      lua: inDomain(name)
        ? lua.replace(SERVER_CLOCK, `redis.call('HMGET', state, ${fields})`)
        : lua,
    },
  ]);
  return Object.fromEntries(moved) as typeof SCRIPTS;
}

/** An inbox has a shard of its own, with a clock of its own. */
function inDomain(name: string): boolean {
  return name !== 'reply';
}
