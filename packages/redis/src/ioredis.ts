// The only file that imports the client at run time: what it needs in a bundle has to be there before.
import './bundled.ts';
import type { Cluster, Redis } from 'ioredis';

export { Cluster, Redis } from 'ioredis';
/** A connection that takes commands: to one server, a Sentinel's primary, or a Cluster. */
export type RedisClient = Redis | Cluster;
