import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';

/** TLS options in addition to a `rediss` URL, as in `tls.connect` of Node. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized' | 'minVersion'
>;

/**
 * Returns the TLS options for one address. Sets `servername`: the host name would otherwise not be sent to the server
 * (SNI). If Redis announces an IP address, accepts a certificate for that address or for a host name of the URL, because
 * services that announce addresses have one certificate, for the name of their endpoint.
 */
export function tlsTo(
  host: string,
  { options, names }: { options: TlsOptions; names: readonly string[] },
): ConnectionOptions {
  if (options.servername !== undefined) return options;
  if (isIP(host) === 0) return { ...options, servername: host };
  const [endpoint] = names;
  if (endpoint === undefined) return options;
  return {
    ...options,
    servername: endpoint,
    checkServerIdentity: (_servername, certificate) => {
      const problems = [host, ...names].map((name) => checkServerIdentity(name, certificate));
      return problems.includes(undefined) ? undefined : problems[0];
    },
  };
}
