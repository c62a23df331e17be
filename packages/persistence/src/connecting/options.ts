import { quoted, redactUrl, readOptions, rule } from '@nooble/errors';
import type { OptionRule, OptionsCheck } from '@nooble/errors';
import type { ConnectionOptions as TlsOptions } from 'node:tls';

/** Options of the connections. */
export interface ConnectionOptions {
  /** `postgres://user:password@host:5432/database`; `?sslmode=verify-full` for TLS. */
  readonly url: string;
  /** Maximum number of connections per role; they are opened when needed. @default 10 */
  readonly connections?: number;
  /** Maximum time to open a connection, or to wait for a free one (ms). @default 5_000 */
  readonly connectTimeoutMs?: number;
  /** Maximum duration of a statement (ms). @default 30_000 */
  readonly statementTimeoutMs?: number;
  /** Name of the connections in `pg_stat_activity`. @default 'nooble' */
  readonly applicationName?: string;
  /** Certificates, as for `tls.connect`. @default those of the URL */
  readonly tls?: TlsOptions;
  /** Called with errors of idle connections, which are replaced. @default `process.emitWarning` */
  readonly onWarning?: (warning: string) => void;
}

const URL: OptionRule = {
  isValid: (value) => typeof value === 'string' && /^postgres(?:ql)?:\/\/./.test(value),
  expected: 'a URL that begins with postgres://',
};

const CHECK: OptionsCheck<ConnectionOptions> = {
  of: 'connect',
  rules: {
    // Checked below, because the message must not contain its password.
    url: rule.anything,
    connections: rule.whole(1, 1_000),
    connectTimeoutMs: rule.number(1, 600_000),
    statementTimeoutMs: rule.number(1, 86_400_000),
    applicationName: rule.anything,
    tls: rule.anything,
    onWarning: rule.function,
  },
};

/** Options of the connections, complete. */
export type Connecting = Readonly<Required<Omit<ConnectionOptions, 'tls'>>> &
  Pick<ConnectionOptions, 'tls'>;

/** Checks and completes the options. Throws RangeError, without the password of the URL. */
export function readConnecting(given: ConnectionOptions): Connecting {
  const options = readOptions(given, CHECK);
  assertPostgresUrl(options.url);
  return Object.freeze({
    connections: 10,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 30_000,
    applicationName: 'nooble',
    onWarning: (warning: string) => process.emitWarning(warning),
    ...options,
  });
}

/** Throws RangeError, without the password of the URL. */
export function assertPostgresUrl(url: unknown): asserts url is string {
  if (URL.isValid(url)) return;
  const shown = typeof url === 'string' ? redactUrl(url) : url;
  throw new RangeError(`Cannot use ${quoted(shown)} as url: expected ${URL.expected}`);
}
