/** Address and credentials of a Redis, parsed from a URL. */
export type RedisEndpoint =
  | (Credentials & {
      readonly kind: 'server';
      readonly host: string;
      readonly port: number;
      readonly db: number;
      readonly tls: boolean;
    })
  | (Credentials & { readonly kind: 'socket'; readonly path: string; readonly db: number })
  | (Credentials & {
      readonly kind: 'sentinel';
      readonly nodes: readonly HostPort[];
      readonly master: string;
      readonly db: number;
      readonly tls: boolean;
      readonly sentinelUsername?: string;
      readonly sentinelPassword?: string;
      /** False if the primary uses TLS and its Sentinels do not. */
      readonly sentinelTls?: false;
    })
  | (Credentials & {
      readonly kind: 'cluster';
      readonly nodes: readonly HostPort[];
      readonly tls: boolean;
    });

/** Address of a server. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** Permitted query parameters of each kind of URL. */
const PARAMETERS: Readonly<Record<RedisEndpoint['kind'], readonly string[]>> = {
  server: ['db'],
  socket: ['db'],
  sentinel: ['db', 'sentinelUsername', 'sentinelPassword', 'sentinelTls'],
  cluster: [],
};
const FORMS =
  'redis://host:6379/0, rediss://…, unix:///path/to/socket, redis+sentinel://host1,host2/name, redis+cluster://host1,host2';
/** Credentials end at the last `@`, because hosts never contain one; so an unencoded password is accepted. */
const PATTERN =
  /^(?<scheme>[a-z+]+):\/\/(?:(?<login>[^?#]*)@)?(?<hosts>[^/?#@]*)(?<path>\/[^?#@]*)?(?:\?(?<query>[^#]*))?$/i;
/** A socket path may contain `@`. */
const SOCKET_PATTERN =
  /^(?<scheme>unix):\/\/(?:(?<login>[^/?#]*)@)?(?<hosts>[^/?#@]*)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/i;

/**
 * Parses `redis://`, `rediss://` (TLS), `unix://`, `redis+sentinel://h1,h2/name` and `redis+cluster://h1,h2`.
 * Percent-decodes names and passwords. Throws RangeError, without the password, for anything else.
 */
export function parseRedisUrl(url: string): RedisEndpoint {
  const parts = (SOCKET_PATTERN.exec(url) ?? PATTERN.exec(url))?.groups;
  const scheme = parts?.['scheme']?.toLowerCase() ?? '';
  const read = READERS[scheme];
  if (!parts || !read) throw invalid(url, 'its form is unknown');
  return read({
    url,
    hosts: parts['hosts'] ?? '',
    path: decode(url, parts['path'] ?? ''),
    query: queryOf(url, parts['query'] ?? ''),
    tls: scheme.startsWith('rediss'),
    login: loginOf(url, parts['login']),
  });
}

interface UrlParts {
  readonly url: string;
  readonly hosts: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly tls: boolean;
  readonly login: Credentials;
}

const READERS: Readonly<Record<string, (parts: UrlParts) => RedisEndpoint>> = {
  redis: readServer,
  rediss: readServer,
  unix: readSocket,
  'redis+sentinel': readSentinel,
  'rediss+sentinel': readSentinel,
  'redis+cluster': readCluster,
  'rediss+cluster': readCluster,
};

function readServer({ url, hosts, path, query, tls, login }: UrlParts): RedisEndpoint {
  const parameters = parametersOf(url, 'server', query);
  const [node, ...more] = hostsOf(url, hosts, 6379);
  if (!node || more.length > 0) throw invalid(url, 'it needs exactly one host');
  const db = databaseOf(url, path.slice(1), parameters['db']);
  return { kind: 'server', ...node, db, tls, ...login };
}

function readSocket({ url, hosts, path, query, login }: UrlParts): RedisEndpoint {
  if (hosts !== '' || path.length < 2)
    throw invalid(url, 'it needs an absolute path, unix:///path');
  const { db } = parametersOf(url, 'socket', query);
  return { kind: 'socket', path, db: databaseOf(url, '', db), ...login };
}

function readSentinel({ url, hosts, path, query, tls, login }: UrlParts): RedisEndpoint {
  const [master = '', database = ''] = path.slice(1).split('/');
  if (master === '')
    throw invalid(url, 'it needs the name of the monitored primary after the hosts');
  const { db, sentinelTls, ...credentials } = parametersOf(url, 'sentinel', query);
  if (sentinelTls !== undefined && !/^(yes|no)$/.test(sentinelTls))
    throw invalid(url, 'its sentinelTls is neither "yes" nor "no"');
  if (sentinelTls === 'yes' && !tls) throw invalid(url, 'its sentinelTls needs "rediss+sentinel"');
  return {
    kind: 'sentinel',
    nodes: hostsOf(url, hosts, 26_379),
    master,
    db: databaseOf(url, database, db),
    tls,
    ...(sentinelTls === 'no' && { sentinelTls: false }),
    ...credentials,
    ...login,
  };
}

function readCluster({ url, hosts, path, query, tls, login }: UrlParts): RedisEndpoint {
  parametersOf(url, 'cluster', query);
  if (path.length > 1) throw invalid(url, 'a cluster has only database 0');
  return { kind: 'cluster', nodes: hostsOf(url, hosts, 6379), tls, ...login };
}

function hostsOf(url: string, text: string, defaultPort: number): HostPort[] {
  return text.split(',').map((each) => {
    const [, bracketed, plain, port = String(defaultPort)] =
      /^(?:\[([0-9a-f:.]+)\]|([^:\s]+))(?::(\d{1,5}))?$/i.exec(each) ?? [];
    const host = bracketed ?? plain;
    if (host === undefined || Number(port) > 65_535)
      throw invalid(url, 'a host in it is not host:port');
    return { host, port: Number(port) };
  });
}

/** Returns the database number from the path or from the parameter. */
function databaseOf(url: string, text: string, parameter = text): number {
  if (![text, parameter].every((each) => /^\d{0,5}$/.test(each)))
    throw invalid(url, 'its database is not a number');
  if (text !== '' && Number(text) !== Number(parameter))
    throw invalid(url, 'it has two different database numbers');
  return Number(parameter || 0);
}

/** Refuses unknown parameters: `?ssl=true` would otherwise connect without encryption. */
function parametersOf(
  url: string,
  kind: RedisEndpoint['kind'],
  query: URLSearchParams,
): Readonly<Record<string, string>> {
  const known = PARAMETERS[kind];
  if ([...query.keys()].some((name) => !known.includes(name))) {
    const may = known.length > 0 ? `can only have ${known.join(', ')}` : 'has none';
    throw invalid(url, `it has an unknown parameter; a URL of this kind ${may}`);
  }
  return Object.fromEntries(query);
}

/** An `@` outside a password parameter means that the URL has an unencoded password with a `?` in it. */
function queryOf(url: string, text: string): URLSearchParams {
  const query = new URLSearchParams(text);
  const plain = [...query].filter(([name]) => name !== 'sentinelPassword').flat();
  if (plain.some((part) => part.includes('@')))
    throw invalid(url, 'a password in it is not percent-encoded');
  return query;
}

function loginOf(url: string, text: string | undefined): Credentials {
  if (text === undefined) return {};
  const colon = text.indexOf(':');
  const [name, secret] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
  return {
    ...(name !== '' && { username: decode(url, name) }),
    ...(secret !== '' && { password: decode(url, secret) }),
  };
}

function decode(url: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(url, 'a "%" in it is not followed by two hexadecimal digits');
  }
}

/** Quotes only the scheme of a malformed URL, because a password may be anywhere in it. */
function invalid(url: string, why: string): RangeError {
  const scheme = /^[a-z+]+:\/\//i.exec(url)?.[0] ?? '';
  return new RangeError(`Cannot use Redis URL "${scheme}…": ${why}. Known forms: ${FORMS}`);
}
