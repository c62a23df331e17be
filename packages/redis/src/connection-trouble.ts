import type { RedisClient } from './client.ts';
import { redactUrl } from './url.ts';

/** What is known about the connections of a client when a command fails. */
export interface ConnectionTrouble {
  /** Without its passwords. */
  readonly url: string;
  /** Why it last failed to connect or lost its connection; undefined while it is connected. */
  readonly lastError: Error | undefined;
}

const troubles = new WeakMap<RedisClient, ConnectionTrouble>();
const origins = new WeakMap<Error, RedisClient>();

/** Keeps the last error of a client's connections until it is connected again. */
export function watchTrouble(client: RedisClient, url: string): void {
  const redacted = redactUrl(url);
  const remember = (lastError?: Error): void => {
    troubles.set(client, { url: redacted, lastError });
  };
  remember();
  client.on('error', (error: Error) => remember(plainest(error)));
  client.on('ready', () => remember());
}

/** Lets `troubleOf` find the client whose command failed with this error. */
export function rememberOrigin(error: Error, client: RedisClient): void {
  origins.set(error, client);
}

/** What is known about the client an error came from. */
export function troubleOf(
  error: Error,
  client = origins.get(error),
): ConnectionTrouble | undefined {
  return client && troubles.get(client);
}

/** A Cluster says only that it failed; which node, and why, is inside. */
function plainest(error: Error): Error {
  const { lastNodeError } = error as { lastNodeError?: unknown };
  return lastNodeError instanceof Error ? lastNodeError : error;
}
