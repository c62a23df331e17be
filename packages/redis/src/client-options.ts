import type { ClusterNode, ClusterOptions, RedisOptions } from 'ioredis';
import type { Connection, NatMap } from './connection.ts';
import { tlsTo } from './tls.ts';
import type { HostPort, RedisEndpoint } from './url.ts';

type Of<Kind extends RedisEndpoint['kind']> = Connection & {
  readonly endpoint: Extract<RedisEndpoint, { kind: Kind }>;
};

/** Options of an ioredis client for one server, or the primary of a Sentinel. */
export function optionsOf(
  connection: Of<'server' | 'socket' | 'sentinel'>,
  name: string,
): RedisOptions {
  const { endpoint } = connection;
  const shared = { ...sharedOptions(connection, name), maxRetriesPerRequest: 3 };
  if (endpoint.kind === 'socket') return { ...shared, db: endpoint.db, path: endpoint.path };
  if (endpoint.kind === 'sentinel') {
    return { ...shared, db: endpoint.db, ...sentinelOptions({ ...connection, endpoint }) };
  }
  const { db, host, port } = endpoint;
  const tls = endpoint.tls && { tls: tlsTo(host, { options: connection.tls, names: [] }) };
  return { ...shared, db, host, port, ...tls };
}

/** First nodes and options of an ioredis Cluster. */
export function clusterOptionsOf(
  connection: Of<'cluster'>,
  name: string,
): { nodes: ClusterNode[]; options: ClusterOptions } {
  const { endpoint, dnsLookup = endpoint.tls ? keepName : undefined } = connection;
  const settings = { options: connection.tls, names: connection.names };
  const tlsOf = (host: string) => (endpoint.tls ? { tls: tlsTo(host, settings) } : {});
  return {
    nodes: endpoint.nodes.map((node) => ({ ...node, ...tlsOf(node.host) })),
    options: {
      clusterRetryStrategy: backoff,
      retryDelayOnTryAgain: 50,
      // While nodes disagree about a slot they send clients round in circles.
      retryDelayOnMoved: 50,
      slotsRefreshTimeout: 5_000,
      ...(dnsLookup && { dnsLookup }),
      natMap: (announced) => {
        const node = mapped(connection.natMap, announced);
        return { ...node, ...tlsOf(node.host) };
      },
      redisOptions: {
        ...sharedOptions(connection, name),
        ...(endpoint.tls && { tls: settings.options }),
      },
    },
  };
}

function sentinelOptions({ endpoint, tls, names, natMap }: Of<'sentinel'>): RedisOptions {
  const { nodes, master, sentinelUsername, sentinelPassword } = endpoint;
  return {
    sentinels: [...nodes],
    name: master,
    sentinelRetryStrategy: backoff,
    sentinelCommandTimeout: 5_000,
    natMap: (announced) => {
      const node = mapped(natMap, announced);
      return { ...(endpoint.tls && tlsTo(node.host, { options: tls, names })), ...node };
    },
    ...(endpoint.tls && { tls, enableTLSForSentinelMode: true }),
    ...(endpoint.tls && endpoint.sentinelTls !== false && { sentinelTLS: tls }),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
  };
}

function sharedOptions({ endpoint, connectTimeoutMs }: Connection, name: string): RedisOptions {
  const { username, password } = endpoint;
  return {
    connectionName: name,
    connectTimeout: connectTimeoutMs,
    retryStrategy: backoff,
    reconnectOnError: isDemoted,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

/** Certificates are for names: ioredis would connect to an address and check against that. */
function keepName(host: string, callback: (error: null, address: string) => void): void {
  callback(null, host);
}

/** Address to connect to in place of `host:port`; an IPv6 address in it has no brackets. */
function mapped(natMap: NatMap | undefined, announced: string): HostPort {
  const known = typeof natMap === 'function' ? natMap(announced) : natMap?.[announced];
  if (known) return known;
  const colon = announced.lastIndexOf(':');
  return { host: announced.slice(0, colon), port: Number(announced.slice(colon + 1)) };
}

function backoff(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), 2_000);
}

/** After a failover the old primary answers so: look for the new one, and let the caller decide about the command. */
function isDemoted(error: Error): boolean {
  return error.message.startsWith('READONLY');
}
