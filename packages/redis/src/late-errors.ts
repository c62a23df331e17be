import type { Socket } from 'node:net';
import type { RedisClient } from './ioredis.ts';

/** Internals of ioredis. A Cluster has no connector. */
interface Connecting {
  readonly connector?: { stream?: Socket | null | undefined };
}

/**
 * Prevents a second error of a socket from ending the process. ioredis only listens for the first error. A TLS socket
 * that refused the certificate of its server may emit another error when an alert of the server arrives later, although
 * the socket is already destroyed.
 */
export function ignoreLateErrors(client: RedisClient): void {
  const { connector } = client as unknown as Connecting;
  if (!connector) return;
  let current = withListener(connector.stream);
  Object.defineProperty(connector, 'stream', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (stream: Socket | null | undefined) => {
      current = withListener(stream);
    },
  });
}

function withListener<T extends Socket | null | undefined>(stream: T): T {
  stream?.on('error', () => undefined);
  return stream;
}
