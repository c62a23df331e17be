import { redactUrl, rule, type OptionRules } from '@nooble/errors';
import { isIP } from 'node:net';
import type { TlsOptions } from './tls.ts';
import { parseRedisUrl, type HostPort, type RedisEndpoint } from './url.ts';

/** Resolves a host name, as `dns.lookup` does. */
export type DnsLookup = (
  hostname: string,
  callback: (error: Error | null | undefined, address: string, family?: number) => void,
) => void;

/** Maps announced `host:port` addresses to the addresses to connect to. */
export type NatMap =
  | Readonly<Record<string, HostPort>>
  | ((announced: string) => HostPort | null | undefined);

/** Address and credentials of a Redis. */
export interface ConnectionOptions {
  /** `parseRedisUrl` lists the supported forms. */
  readonly url: string;
  /** ACL user. @default that of the URL */
  readonly username?: string;
  /** @default that of the URL */
  readonly password?: string;
  /** Database number; a Cluster has only 0. @default that of the URL, or 0 */
  readonly db?: number;
  /** Timeout of one connection attempt (ms). @default 5_000 */
  readonly connectTimeoutMs?: number;
  /** Certificates and their verification, for a `rediss` URL. @default the certificate authorities of Node */
  readonly tls?: TlsOptions;
  /** Replaces addresses announced by a Cluster or a Sentinel that this process cannot reach. */
  readonly natMap?: NatMap;
  /** Resolves the hosts in the URL of a Cluster. @default `dns.lookup`; with TLS names are kept, to match certificates */
  readonly dnsLookup?: DnsLookup;
  /** User of the Sentinels. @default that of the URL */
  readonly sentinelUsername?: string;
  /** Password of the Sentinels. @default that of the URL */
  readonly sentinelPassword?: string;
}

/** Validated and complete options. */
export interface Connection {
  readonly redactedUrl: string;
  readonly endpoint: RedisEndpoint;
  readonly connectTimeoutMs: number;
  readonly tls: TlsOptions;
  /** Host names in the URL, without IP addresses. */
  readonly names: readonly string[];
  readonly natMap: NatMap | undefined;
  readonly dnsLookup: DnsLookup | undefined;
}

/** Rules of the connection options. Credentials are not checked, because errors quote the value. */
export const CONNECTION_RULES: OptionRules<ConnectionOptions> = {
  // Checked by `parseRedisUrl`.
  url: rule.anything,
  username: rule.anything,
  password: rule.anything,
  db: rule.whole(0),
  connectTimeoutMs: rule.number(1, 600_000),
  tls: rule.anything,
  natMap: rule.anything,
  dnsLookup: rule.function,
  sentinelUsername: rule.anything,
  sentinelPassword: rule.anything,
};

const ONLY_FOR: Readonly<Record<string, readonly RedisEndpoint['kind'][]>> = {
  natMap: ['cluster', 'sentinel'],
  dnsLookup: ['cluster'],
  sentinelUsername: ['sentinel'],
  sentinelPassword: ['sentinel'],
};
const OVERRIDES = ['username', 'password', 'db', 'sentinelUsername', 'sentinelPassword'] as const;

/** Validates and completes the options. Throws RangeError for a malformed URL and for options that contradict it. */
export function resolveConnection(options: ConnectionOptions): Connection {
  const { url, connectTimeoutMs = 5_000, tls, natMap, dnsLookup } = options;
  const endpoint = parseRedisUrl(url);
  assertFits(options, endpoint);
  const hosts = hostsOf(endpoint).filter((host) => isIP(host) === 0);
  return Object.freeze({
    redactedUrl: redactUrl(url),
    endpoint: { ...endpoint, ...overridesOf(options, endpoint) },
    connectTimeoutMs,
    tls: tls ?? {},
    names: [...new Set(hosts)],
    natMap,
    dnsLookup,
  });
}

function assertFits(options: ConnectionOptions, endpoint: RedisEndpoint): void {
  for (const [name, kinds] of Object.entries(ONLY_FOR)) {
    const isGiven = options[name as keyof ConnectionOptions] !== undefined;
    if (isGiven && !kinds.includes(endpoint.kind)) {
      throw contradiction(options, `${name} is only valid for ${kinds.join(' and ')} URLs`);
    }
  }
  const { db, tls } = options;
  if (tls && !isEncrypted(endpoint)) {
    throw contradiction(options, 'tls needs a URL that begins with "rediss"');
  }
  if (endpoint.kind === 'cluster' && db !== undefined && db !== 0) {
    throw contradiction(options, 'a cluster has only database 0');
  }
}

/** Returns the given options that fill in values missing from the URL. */
function overridesOf(
  options: ConnectionOptions,
  endpoint: RedisEndpoint,
): Partial<Pick<ConnectionOptions, (typeof OVERRIDES)[number]>> {
  const inUrl = endpoint as Partial<Record<(typeof OVERRIDES)[number], string | number>>;
  const given = OVERRIDES.filter((name) => options[name] !== undefined);
  for (const name of given) {
    // A URL without a database has db 0.
    if ((inUrl[name] ?? 0) !== 0 && inUrl[name] !== options[name]) {
      throw contradiction(options, `${name} differs from the one in the URL`);
    }
  }
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

function isEncrypted(endpoint: RedisEndpoint): boolean {
  return endpoint.kind !== 'socket' && endpoint.tls;
}

function hostsOf(endpoint: RedisEndpoint): readonly string[] {
  if (endpoint.kind === 'socket') return [];
  if (endpoint.kind === 'server') return [endpoint.host];
  return endpoint.nodes.map(({ host }) => host);
}

/** Never quotes values: they may be passwords. */
function contradiction({ url }: ConnectionOptions, why: string): RangeError {
  return new RangeError(`Cannot connect to Redis at "${redactUrl(url)}": ${why}`);
}
