import type { RedisClient } from './ioredis.ts';

/** Parts of ioredis that have no public counterpart. */
interface Internals {
  setStatus(status: 'end'): void;
  flushQueue(error: Error): void;
}

/**
 * Makes `disconnect()` end a client also between two attempts to connect: ioredis then only stops trying, and leaves
 * its commands waiting and its status as it was, forever.
 */
export function endWhileReconnecting(client: RedisClient): void {
  const disconnect = client.disconnect.bind(client);
  client.disconnect = (reconnect = false) => {
    const isBetween = client.status === 'reconnecting';
    disconnect(reconnect);
    if (!isBetween || reconnect) return;
    const internals = client as unknown as Internals;
    internals.setStatus('end');
    internals.flushQueue(new Error('Connection is closed.'));
  };
}
