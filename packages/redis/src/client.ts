import { Cluster, Redis, type RedisClient } from './ioredis.ts';
import { bareErrors } from './bare-errors.ts';
import { clusterOptionsOf, optionsOf } from './client-options.ts';
import { watchTrouble } from './connection-trouble.ts';
import type { Connection } from './connection.ts';
import { onInnerClient } from './inner-clients.ts';
import { ignoreLateErrors } from './late-errors.ts';
import { printWithoutOptions } from './printed-client.ts';
import { watchSilence } from './silence.ts';
import { endWhileReconnecting } from './ending.ts';
import { limitWaiting, rejectForgotten } from './unreachable.ts';

/** Name of a connection in `CLIENT LIST`, and its error listener. */
export interface ClientOptions {
  readonly name: string;
  readonly onError: (error: Error) => void;
}

/**
 * Creates a client that reconnects until it succeeds. Meanwhile each command fails after a few attempts or seconds, so
 * no call hangs and no process has to be restarted after an outage.
 */
export function createClient(
  connection: Connection,
  { name, onError }: ClientOptions,
): RedisClient {
  const { redactedUrl } = connection;
  const client = connect(connection, name);
  const prepare = (part: RedisClient): void => {
    bareErrors(part, client);
    printWithoutOptions(part, redactedUrl);
    ignoreLateErrors(part);
  };
  prepare(client);
  onInnerClient(client, prepare);
  client.on('error', onError);
  watchTrouble(client, redactedUrl);
  endWhileReconnecting(client);
  watchSilence(client);
  limitWaiting(client);
  rejectForgotten(client);
  return client;
}

function connect(connection: Connection, name: string): RedisClient {
  const { endpoint } = connection;
  if (endpoint.kind !== 'cluster') return new Redis(optionsOf({ ...connection, endpoint }, name));
  const { nodes, options } = clusterOptionsOf({ ...connection, endpoint }, name);
  return new Cluster(nodes, options);
}
