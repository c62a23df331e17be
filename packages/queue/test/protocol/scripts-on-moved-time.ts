import type { SCRIPTS } from '../../src/generated/scripts.ts';

/** Fields of a domain's `state` that replace the clock of the server. */
export const MOVED_CLOCK = ['test-seconds', 'test-micros'] as const;

const SERVER_CLOCK = "redis.call('TIME')";

/** The scripts with a clock that a test moves instead of the server's. */
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

/** An inbox is in a separate shard, with a separate clock. */
function inDomain(name: string): boolean {
  return name !== 'reply';
}
