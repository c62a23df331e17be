import { defineScript, RedisPool, runScript } from '@nooble/redis';

const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const pool = new RedisPool({ url, name: 'example' });

const raise = defineScript({
  name: 'raise',
  lua: `return redis.call('INCRBY', KEYS[1], ARGV[1])`,
});
const call = { script: raise, keys: ['example:{a}:count'], args: [2] };
export const count = await runScript(pool.command(), call);

await pool.command().del('example:{a}:count');
await pool.close();
