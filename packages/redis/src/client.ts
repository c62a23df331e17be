import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { bareErrors } from './bare-errors.ts';
import { watchTrouble } from './connection-trouble.ts';
import { onInnerClient } from './inner-clients.ts';
import { printWithoutOptions } from './printed-client.ts';
import { watchSilence } from './silence.ts';
import { limitWaiting, rejectForgotten } from './unreachable.ts';
import { parseRedisUrl, redactUrl, type RedisEndpoint } from './url.ts';

/** A connection that takes commands: to one server, a Sentinel's primary, or a Cluster. */
export type RedisClient = Redis | Cluster;

/** How a connection introduces itself in `CLIENT LIST`, and where its trouble is told. */
export interface ClientOptions {
  readonly url: string;
  readonly name: string;
  readonly onError: (error: Error) => void;
}

/**
 * A client that keeps reconnecting for ever, while each command fails after a few attempts or seconds: no
 * call waits without bound, and no process has to be restarted after an outage.
 */
export function createClient({ url, name, onError }: ClientOptions): RedisClient {
  const endpoint = parseRedisUrl(url);
  const client =
    endpoint.kind === 'cluster' ? clusterOf(endpoint, name) : new Redis(optionsOf(endpoint, name));
  const keepSecrets = (part: RedisClient): void => {
    bareErrors(part, client);
    printWithoutOptions(part, redactUrl(url));
  };
  keepSecrets(client);
  onInnerClient(client, keepSecrets);
  client.on('error', onError);
  watchTrouble(client, url);
  watchSilence(client);
  limitWaiting(client);
  rejectForgotten(client);
  return client;
}

function optionsOf(
  endpoint: Exclude<RedisEndpoint, { kind: 'cluster' }>,
  name: string,
): RedisOptions {
  const { db } = endpoint;
  const shared = { ...connectionOptions(endpoint, name), db, maxRetriesPerRequest: 3 };
  if (endpoint.kind === 'socket') return { ...shared, path: endpoint.path };
  const tls = endpoint.tls ? { tls: {} } : {};
  if (endpoint.kind === 'server') {
    return { ...shared, host: endpoint.host, port: endpoint.port, ...tls };
  }
  return {
    ...shared,
    ...tls,
    sentinels: [...endpoint.nodes],
    name: endpoint.master,
    sentinelRetryStrategy: backoff,
    sentinelCommandTimeout: 5_000,
    ...(endpoint.tls && { enableTLSForSentinelMode: true }),
    ...(endpoint.sentinelPassword !== undefined && { sentinelPassword: endpoint.sentinelPassword }),
  };
}

function clusterOf(endpoint: Extract<RedisEndpoint, { kind: 'cluster' }>, name: string): Cluster {
  return new Cluster([...endpoint.nodes], {
    clusterRetryStrategy: backoff,
    retryDelayOnTryAgain: 50,
    // While nodes disagree about a slot they send clients round in circles.
    retryDelayOnMoved: 50,
    slotsRefreshTimeout: 5_000,
    redisOptions: {
      ...connectionOptions(endpoint, name),
      ...(endpoint.tls && { tls: {} }),
    },
  });
}

function connectionOptions(endpoint: RedisEndpoint, name: string): RedisOptions {
  const { username, password } = endpoint;
  return {
    connectionName: name,
    connectTimeout: 5_000,
    retryStrategy: backoff,
    reconnectOnError: isDemoted,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

function backoff(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), 2_000);
}

/** After a failover the old primary answers so: look for the new one, and let the caller decide about the command. */
function isDemoted(error: Error): boolean {
  return error.message.startsWith('READONLY');
}
