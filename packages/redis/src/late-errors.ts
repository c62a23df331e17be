import type { Socket } from 'node:net';
import type { RedisClient } from './ioredis.ts';

/** Part of ioredis that has no public counterpart. A Cluster has none of its own. */
interface Connecting {
  readonly connector?: { stream?: Socket | null | undefined };
}

/**
 * Keeps a second error of a socket from ending the process. ioredis listens for the first one only. A TLS socket
 * that refused the certificate of its server may report another one when an alert of the server arrives after that:
 * Node emits it although the socket is destroyed already.
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
