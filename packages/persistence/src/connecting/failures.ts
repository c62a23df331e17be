import { isNoobleError, PostgresSetupError, PostgresUnavailableError } from '@nooble/errors';

/** SQLSTATE codes, and classes of them, after which the same statement may succeed later. */
const TEMPORARY = [
  '08', // connection exception
  '53', // disk full, out of memory, too many connections
  '57P', // shutdown, crash, cannot connect now
  '57014', // statement timeout
  '25006', // read-only transaction: a standby
  '40', // serialization failure, deadlock
  '55P03', // lock not available
  '58', // input or output error
];

/** SQLSTATE codes of a database without the expected tables, roles or permissions. */
const SETUP = [
  '3D000', // no such database
  '3F000', // no such schema
  '42P01', // no such table
  '42703', // no such column
  '42883', // no such function
  '42704', // no such object: a role
  '42501', // insufficient privilege
  '22023', // invalid parameter value: a role that does not exist, at the start of a connection
  '28', // invalid authorization
];

/** Errors of the driver that have no code. */
const LOST =
  /^Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|not queryable|^Query read timeout/i;

/** An error of a statement or a connection, with what it was for. */
export interface Failure {
  /** Verb phrase, as in `read the tenant "acme"`. */
  readonly attempted: string;
  readonly url?: string;
}

/** Returns the typed error of a failure; all others unchanged, because they are mistakes in a statement. */
export function asPostgresError(error: unknown, { attempted, url }: Failure): unknown {
  if (isNoobleError(error) || !(error instanceof Error)) return error;
  const facts = {
    attempted,
    ...(url !== undefined && { url }),
    reason: reasonOf(error),
    cause: error,
  };
  const code = codeOf(error);
  const has = (list: readonly string[]): boolean =>
    isSqlState(code) && list.some((each) => code.startsWith(each));
  if (has(SETUP)) return new PostgresSetupError(facts);
  const isLost = code === undefined ? LOST.test(error.message) : !isSqlState(code);
  return isLost || has(TEMPORARY) ? new PostgresUnavailableError(facts) : error;
}

/** Returns true if the same call may succeed later. */
export function isPostgresUnavailable(error: unknown): boolean {
  return isNoobleError(error) && error.code === PostgresUnavailableError.kind.code;
}

/** Returns a SQLSTATE, or a code of the system such as `ECONNREFUSED`. */
function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof AggregateError
    ? error.errors.map((each: Error) => codeOf(each)).find((each) => each !== undefined)
    : undefined;
}

function isSqlState(code: string | undefined): code is string {
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
}

/** The error of a host with several addresses has an empty message. */
function reasonOf(error: Error): string {
  if (error.message !== '') return error.message;
  return codeOf(error) ?? error.name;
}
