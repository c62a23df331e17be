import type { RedisClient } from './ioredis.ts';

/** Internals of ioredis. */
interface Internals {
  setStatus(status: 'end'): void;
  flushQueue(error: Error): void;
}

/**
 * Makes `disconnect()` also end a client that is waiting for its next connection attempt. ioredis alone would only stop
 * retrying, leave its status unchanged and never reject its pending commands.
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
