export { redactUrl } from '@nooble/errors';
export type { RedisClient } from './ioredis.ts';
export type { ConnectionOptions, DnsLookup, NatMap } from './connection.ts';
export { poolOf } from './pool-of.ts';
export { RedisPool, type RedisHealth, type RedisPoolOptions } from './pool.ts';
export { closeRedisPool, getRedisClient } from './process-pool.ts';
export {
  defineScript,
  runScript,
  runScripts,
  type RedisScript,
  type ScriptCall,
  type ScriptResult,
} from './script.ts';
export { readServerFacts, serverWarnings, type ServerFacts } from './server-facts.ts';
export { asRedisUnavailable, isUnavailable } from './unavailable.ts';
export { startTimer, within } from './timers.ts';
export type { TlsOptions } from './tls.ts';
export { parseRedisUrl, type HostPort, type RedisEndpoint } from './url.ts';
