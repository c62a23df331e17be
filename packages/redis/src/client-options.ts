import type { ClusterNode, ClusterOptions, RedisOptions } from 'ioredis';
import type { Connection, NatMap } from './connection.ts';
import { tlsTo } from './tls.ts';
import type { HostPort, RedisEndpoint } from './url.ts';

type Of<Kind extends RedisEndpoint['kind']> = Connection & {
  readonly endpoint: Extract<RedisEndpoint, { kind: Kind }>;
};

/** Returns the ioredis options for a single server, or for the primary of a Sentinel. */
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

/** Returns the startup nodes and options of an ioredis Cluster. */
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
      // Nodes that disagree about a slot redirect clients in a loop.
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

/** Keeps names unresolved: ioredis would verify certificates, which are issued for names, against the address. */
function keepName(host: string, callback: (error: null, address: string) => void): void {
  callback(null, host);
}

/** Returns the address to connect to for an announced `host:port`. An IPv6 address in it has no brackets. */
function mapped(natMap: NatMap | undefined, announced: string): HostPort {
  const known = typeof natMap === 'function' ? natMap(announced) : natMap?.[announced];
  if (known) return known;
  const colon = announced.lastIndexOf(':');
  return { host: announced.slice(0, colon), port: Number(announced.slice(colon + 1)) };
}

function backoff(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), 2_000);
}

/** A demoted primary replies READONLY: reconnect to the new one, and let the caller decide about the command. */
function isDemoted(error: Error): boolean {
  return error.message.startsWith('READONLY');
}
