import { inspect } from 'node:util';
import type { RedisClient } from './ioredis.ts';

/** Makes a client print only its class, URL and status, because its options contain passwords. */
export function printWithoutOptions(client: RedisClient, redactedUrl: string): void {
  const print = (): object => ({
    client: client.constructor.name,
    url: redactedUrl,
    status: client.status,
  });
  Object.defineProperties(client, { toJSON: { value: print }, [inspect.custom]: { value: print } });
}
